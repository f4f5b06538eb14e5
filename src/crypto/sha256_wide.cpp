// FIPS 180-4, section 6.2, in sixteen lanes: register i has word i of sixteen messages.
#include "crypto/sha256_wide.hpp"

#include "crypto/sha256_message.hpp"

#if defined(__x86_64__)

#include <immintrin.h>

namespace mycostr::crypto {
namespace {

#define MYCOSTR_WIDE __attribute__((target("avx512f,avx512bw")))
#define MYCOSTR_WIDE_INLINE MYCOSTR_WIDE __attribute__((always_inline)) inline

using Words = __m512i;
using Messages = PrefixedMessages<kSha256Lanes>;

// Tables of _mm512_ternarylogic_epi32: the result's bit for each of the eight values of three bits.
constexpr int kXor = 0x96;
constexpr int kChoose = 0xca;
constexpr int kMajority = 0xe8;

template <int kA, int kB, int kC>
MYCOSTR_WIDE_INLINE Words big_sigma(Words x) {
  return _mm512_ternarylogic_epi32(_mm512_ror_epi32(x, kA), _mm512_ror_epi32(x, kB), _mm512_ror_epi32(x, kC),
                                   kXor);
}

template <int kA, int kB, int kShift>
MYCOSTR_WIDE_INLINE Words small_sigma(Words x) {
  return _mm512_ternarylogic_epi32(_mm512_ror_epi32(x, kA), _mm512_ror_epi32(x, kB),
                                   _mm512_srli_epi32(x, kShift), kXor);
}

MYCOSTR_WIDE_INLINE Words sum(Words a, Words b) {
  return _mm512_add_epi32(a, b);
}

/// Rows become columns: from sixteen words of each message to one word of all.
MYCOSTR_WIDE_INLINE void transpose(Words rows[16]) {
  Words half[16];
  for (int i = 0; i < 16; i += 2) {
    half[i] = _mm512_unpacklo_epi32(rows[i], rows[i + 1]);
    half[i + 1] = _mm512_unpackhi_epi32(rows[i], rows[i + 1]);
  }
  for (int i = 0; i < 16; i += 4) {
    rows[i] = _mm512_unpacklo_epi64(half[i], half[i + 2]);
    rows[i + 1] = _mm512_unpackhi_epi64(half[i], half[i + 2]);
    rows[i + 2] = _mm512_unpacklo_epi64(half[i + 1], half[i + 3]);
    rows[i + 3] = _mm512_unpackhi_epi64(half[i + 1], half[i + 3]);
  }
  // Quarters of registers are in place within their four rows: now the rows' quarters themselves.
  constexpr int kEven = 0x88;
  constexpr int kOdd = 0xdd;
  for (int i = 0; i < 4; ++i) {
    half[i] = _mm512_shuffle_i32x4(rows[i], rows[i + 4], kEven);
    half[i + 4] = _mm512_shuffle_i32x4(rows[i], rows[i + 4], kOdd);
    half[i + 8] = _mm512_shuffle_i32x4(rows[i + 8], rows[i + 12], kEven);
    half[i + 12] = _mm512_shuffle_i32x4(rows[i + 8], rows[i + 12], kOdd);
  }
  for (int i = 0; i < 8; ++i) {
    rows[i] = _mm512_shuffle_i32x4(half[i], half[i + 8], kEven);
    rows[i + 8] = _mm512_shuffle_i32x4(half[i], half[i + 8], kOdd);
  }
}

MYCOSTR_WIDE_INLINE Words big_endian_words(Words bytes) {
  const auto order = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
  return _mm512_shuffle_epi8(bytes, _mm512_broadcast_i32x4(order));
}

/// Word t + 16 of the message schedule in the place of word t.
MYCOSTR_WIDE_INLINE void extend(Words w[16], int t) {
  const auto recent = small_sigma<17, 19, 10>(w[(t + 14) % 16]);
  const auto old = small_sigma<7, 18, 3>(w[(t + 1) % 16]);
  w[t % 16] = sum(sum(w[t % 16], w[(t + 9) % 16]), sum(recent, old));
}

MYCOSTR_WIDE_INLINE void compress(Words state[8], const Messages::Blocks& blocks) {
  Words w[16];
  for (std::size_t lane = 0; lane < kSha256Lanes; ++lane) {
    w[lane] = big_endian_words(_mm512_loadu_si512(blocks.first + lane * blocks.stride));
  }
  transpose(w);
  Words a = state[0], b = state[1], c = state[2], d = state[3];
  Words e = state[4], f = state[5], g = state[6], h = state[7];
  // Unrolled, so that the words stay in registers and handing on the state costs nothing.
#pragma clang loop unroll(full)
  for (int t = 0; t < 64; ++t) {
    const auto constant = _mm512_set1_epi32(static_cast<int>(kSha256Rounds[t]));
    const auto first = sum(sum(h, sum(w[t % 16], constant)),
                           sum(big_sigma<6, 11, 25>(e), _mm512_ternarylogic_epi32(e, f, g, kChoose)));
    const auto second = sum(big_sigma<2, 13, 22>(a), _mm512_ternarylogic_epi32(a, b, c, kMajority));
    h = g;
    g = f;
    f = e;
    e = sum(d, first);
    d = c;
    c = b;
    b = a;
    a = sum(first, second);
    if (t < 48) extend(w, t);
  }
  const Words after[8] = {a, b, c, d, e, f, g, h};
  for (int i = 0; i < 8; ++i) state[i] = sum(state[i], after[i]);
}

MYCOSTR_WIDE_INLINE void write_digests(const Words state[8], std::uint8_t* out) {
  Words rows[16];
  for (int i = 0; i < 16; ++i) rows[i] = i < 8 ? state[i] : _mm512_setzero_si512();
  transpose(rows);
  for (int lane = 0; lane < 16; ++lane) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + 32 * lane),
                        _mm512_castsi512_si256(big_endian_words(rows[lane])));
  }
}

}  // namespace

bool has_sha256_wide() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw");
}

MYCOSTR_WIDE void sha256_wide(std::uint8_t prefix, const std::uint8_t* blocks, std::size_t size,
                              std::uint8_t* out) {
  const Messages messages(prefix, blocks, size);
  Words state[8];
  for (int i = 0; i < 8; ++i) state[i] = _mm512_set1_epi32(static_cast<int>(kSha256Initial[i]));
  for (std::size_t at = 0; at <= size; at += kSha256Block) compress(state, messages.at(at));
  write_digests(state, out);
}

}  // namespace mycostr::crypto

#else

namespace mycostr::crypto {

bool has_sha256_wide() {
  return false;
}
void sha256_wide(std::uint8_t, const std::uint8_t*, std::size_t, std::uint8_t*) {
  __builtin_unreachable();  // REQUIRES: has_sha256_wide()
}

}  // namespace mycostr::crypto

#endif
