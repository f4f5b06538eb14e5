// The fingerprint of a simulated run: two runs of one seed have the same.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace mycostr::test {

/// Events in the order they happened, as one hash (FNV-1a).
class Trace {
 public:
  void add(std::initializer_list<std::uint64_t> words) {
    for (const auto word : words) mix(word);
    ++events_;
  }
  void add(std::string_view text) {
    for (const auto c : text) mix(static_cast<unsigned char>(c));
    ++events_;
  }
  std::uint64_t hash() const { return hash_; }
  std::uint64_t events() const { return events_; }

 private:
  void mix(std::uint64_t word) { hash_ = (hash_ ^ word) * 1099511628211ULL; }

  std::uint64_t hash_ = 14695981039346656037ULL;
  std::uint64_t events_ = 0;
};

}  // namespace mycostr::test
