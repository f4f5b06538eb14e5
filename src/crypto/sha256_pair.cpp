// FIPS 180-4, section 6.2, in the form that Intel's "SHA Extensions" white paper (2013) gives it: the state
// lies in two registers, ABEF and CDGH, and one instruction does two rounds.
#include "crypto/sha256_pair.hpp"

#include "crypto/sha256_message.hpp"

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>

namespace mycostr::crypto {
namespace {

#define MYCOSTR_SHA __attribute__((target("sha,sse4.1,ssse3")))

using Messages = PrefixedMessages<2>;

struct State {
  __m128i abef;
  __m128i cdgh;
};

MYCOSTR_SHA inline __m128i big_endian_words(__m128i bytes) {
  return _mm_shuffle_epi8(bytes, _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL));
}

/// Four rounds of one stream, and the next four words of its message schedule.
MYCOSTR_SHA inline void four_rounds(State& s, __m128i w[4], int step, __m128i constants) {
  const int now = step % 4;
  __m128i sum = _mm_add_epi32(w[now], constants);
  s.cdgh = _mm_sha256rnds2_epu32(s.cdgh, s.abef, sum);
  sum = _mm_shuffle_epi32(sum, 0x0e);
  s.abef = _mm_sha256rnds2_epu32(s.abef, s.cdgh, sum);
  if (step >= 12) return;
  const auto& newest = w[(now + 3) % 4];
  __m128i next = _mm_sha256msg1_epu32(w[now], w[(now + 1) % 4]);
  next = _mm_add_epi32(next, _mm_alignr_epi8(newest, w[(now + 2) % 4], 4));
  w[now] = _mm_sha256msg2_epu32(next, newest);
}

/// Inlined into one loop, so that the states stay in registers too: a seventh faster.
MYCOSTR_SHA __attribute__((always_inline)) inline void compress(State states[2],
                                                                const Messages::Blocks& blocks) {
  State working[2] = {states[0], states[1]};
  __m128i w[2][4];
  for (std::size_t n = 0; n < 2; ++n) {
    const auto* block = blocks.first + n * blocks.stride;
    for (int i = 0; i < 4; ++i) {
      w[n][i] = big_endian_words(_mm_loadu_si128(reinterpret_cast<const __m128i*>(block + 16 * i)));
    }
  }
  // Unrolled, so that the words stay in registers.
#pragma clang loop unroll(full)
  for (int step = 0; step < 16; ++step) {
    const auto constants = _mm_load_si128(reinterpret_cast<const __m128i*>(kSha256Rounds + 4 * step));
    four_rounds(working[0], w[0], step, constants);
    four_rounds(working[1], w[1], step, constants);
  }
  for (int n = 0; n < 2; ++n) {
    states[n].abef = _mm_add_epi32(states[n].abef, working[n].abef);
    states[n].cdgh = _mm_add_epi32(states[n].cdgh, working[n].cdgh);
  }
}

MYCOSTR_SHA inline void write_digest(const State& s, std::uint8_t* out) {
  const __m128i feba = _mm_shuffle_epi32(s.abef, 0x1b);
  const __m128i dchg = _mm_shuffle_epi32(s.cdgh, 0xb1);
  const __m128i abcd = _mm_blend_epi16(feba, dchg, 0xf0);
  const __m128i efgh = _mm_alignr_epi8(dchg, feba, 8);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(out), big_endian_words(abcd));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(out + 16), big_endian_words(efgh));
}

}  // namespace

bool has_sha256_pair() {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  constexpr unsigned kSsse3 = 1U << 9, kSse41 = 1U << 19, kSha = 1U << 29;
  if (__get_cpuid(1, &eax, &ebx, &ecx, &edx) == 0 || (ecx & kSsse3) == 0 || (ecx & kSse41) == 0) return false;
  return __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) != 0 && (ebx & kSha) != 0;
}

MYCOSTR_SHA void sha256_pair(std::uint8_t prefix, const std::uint8_t* blocks, std::size_t size,
                             std::uint8_t* out) {
  const auto word = [](int i) { return static_cast<int>(kSha256Initial[i]); };
  State states[2];
  for (auto& state : states) {
    state.abef = _mm_set_epi32(word(0), word(1), word(4), word(5));
    state.cdgh = _mm_set_epi32(word(2), word(3), word(6), word(7));
  }
  const Messages messages(prefix, blocks, size);
  for (std::size_t at = 0; at <= size; at += kSha256Block) compress(states, messages.at(at));
  write_digest(states[0], out);
  write_digest(states[1], out + 32);
}

}  // namespace mycostr::crypto

#else

namespace mycostr::crypto {

bool has_sha256_pair() {
  return false;
}
void sha256_pair(std::uint8_t, const std::uint8_t*, std::size_t, std::uint8_t*) {
  __builtin_unreachable();  // REQUIRES: has_sha256_pair()
}

}  // namespace mycostr::crypto

#endif
