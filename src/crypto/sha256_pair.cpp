// FIPS 180-4, section 6.2, in the form that Intel's "SHA Extensions" white paper (2013) gives it: the state
// lies in two registers, ABEF and CDGH, and one instruction does two rounds.
#include "crypto/sha256_pair.hpp"

#include <cstring>

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>

namespace mycostr::crypto {
namespace {

#define MYCOSTR_SHA __attribute__((target("sha,sse4.1,ssse3")))

constexpr std::size_t kBlock = 64;  // of SHA-256 itself

alignas(16) constexpr std::uint32_t kRounds[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

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
                                                                const std::uint8_t* const blocks[2]) {
  State working[2] = {states[0], states[1]};
  __m128i w[2][4];
  for (int n = 0; n < 2; ++n) {
    for (int i = 0; i < 4; ++i) {
      w[n][i] = big_endian_words(_mm_loadu_si128(reinterpret_cast<const __m128i*>(blocks[n] + 16 * i)));
    }
  }
  // Unrolled, so that the words stay in registers.
#pragma clang loop unroll(full)
  for (int step = 0; step < 16; ++step) {
    const auto constants = _mm_load_si128(reinterpret_cast<const __m128i*>(kRounds + 4 * step));
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

MYCOSTR_SHA void sha256_pair(std::uint8_t prefix, std::array<const std::uint8_t*, 2> blocks, std::size_t size,
                             std::array<std::uint8_t*, 2> out) {
  State states[2];
  for (auto& state : states) {
    state.abef =
        _mm_set_epi32(0x6a09e667, static_cast<int>(0xbb67ae85), 0x510e527f, static_cast<int>(0x9b05688c));
    state.cdgh = _mm_set_epi32(0x3c6ef372, static_cast<int>(0xa54ff53a), 0x1f83d9ab, 0x5be0cd19);
  }
  // The prefix shifts all by one byte: the first SHA block has 63 bytes of the input, the last has one.
  std::uint8_t first[2][kBlock];
  std::uint8_t last[2][kBlock] = {};
  const std::uint64_t bits = (size + 1) * 8;
  for (std::size_t n = 0; n < 2; ++n) {
    first[n][0] = prefix;
    std::memcpy(first[n] + 1, blocks[n], kBlock - 1);
    last[n][0] = blocks[n][size - 1];
    last[n][1] = 0x80;
    for (std::size_t i = 0; i < 4; ++i) last[n][kBlock - 1 - i] = static_cast<std::uint8_t>(bits >> 8 * i);
  }
  const std::uint8_t* at[2] = {first[0], first[1]};
  for (std::size_t done = kBlock; done <= size + kBlock; done += kBlock) {
    compress(states, at);
    for (std::size_t n = 0; n < 2; ++n) at[n] = done < size ? blocks[n] + done - 1 : last[n];
  }
  write_digest(states[0], out[0]);
  write_digest(states[1], out[1]);
}

}  // namespace mycostr::crypto

#else

namespace mycostr::crypto {

bool has_sha256_pair() {
  return false;
}
void sha256_pair(std::uint8_t, std::array<const std::uint8_t*, 2>, std::size_t,
                 std::array<std::uint8_t*, 2>) {
  __builtin_unreachable();  // REQUIRES: has_sha256_pair()
}

}  // namespace mycostr::crypto

#endif
