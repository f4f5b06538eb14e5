#include "reputation/online_windows.hpp"

#include <algorithm>

namespace mycostr::reputation {

void OnlineWindows::add(bool answered) {
  missed_.set(next_, !answered);
  next_ = (next_ + 1) % kOnlineWindows;
  seen_ = std::min(seen_ + 1, kOnlineWindows);
}

double OnlineWindows::fraction() const {
  return 1 - static_cast<double>(missed_.count()) / static_cast<double>(std::max(seen_, kFewWindows));
}

std::size_t OnlineWindows::until(double floor) const {
  auto later = *this;
  std::size_t out = 0;
  for (; later.fraction() < floor; ++out) later.add(true);
  return out;
}

void OnlineWindows::append_to(std::string& row) const {
  for (const auto number : {next_, seen_}) {
    row += static_cast<char>(number >> 8);
    row += static_cast<char>(number);
  }
  for (std::size_t byte = 0; byte < kOnlineWindows / 8; ++byte) {
    unsigned bits = 0;
    for (std::size_t bit = 0; bit < 8; ++bit) bits |= static_cast<unsigned>(missed_[8 * byte + bit]) << bit;
    row += static_cast<char>(bits);
  }
}

std::optional<OnlineWindows> OnlineWindows::from(ByteView row) {
  if (row.size() != kRowSize) return std::nullopt;
  OnlineWindows out;
  out.next_ = static_cast<std::size_t>(row[0] << 8 | row[1]);
  out.seen_ = static_cast<std::size_t>(row[2] << 8 | row[3]);
  const bool is_full = out.seen_ == kOnlineWindows;
  if (out.next_ >= kOnlineWindows || out.seen_ > kOnlineWindows || (!is_full && out.next_ != out.seen_)) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < kOnlineWindows; ++i) {
    const bool is_missed = (row[4 + i / 8] >> i % 8 & 1) != 0;
    if (is_missed && i >= out.seen_) return std::nullopt;
    out.missed_.set(i, is_missed);
  }
  return out;
}

}  // namespace mycostr::reputation
