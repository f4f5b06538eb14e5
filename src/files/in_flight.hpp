// Inside of files only: who is busy with how much.
#pragma once

#include "files/context.hpp"

namespace mycostr::files {

/// Counts bytes on their way to or from a holder for as long as it lives.
class InFlight {
 public:
  InFlight(placement::Load& load, NodeId holder, ByteCount bytes)
      : load_(load), holder_(holder), bytes_(bytes) {
    load_[holder_] += bytes_;
  }
  ~InFlight() {
    const auto at = load_.find(holder_);
    at->second -= bytes_;
    if (at->second.value == 0) load_.erase(at);
  }
  InFlight(const InFlight&) = delete;
  InFlight& operator=(const InFlight&) = delete;

 private:
  placement::Load& load_;
  const NodeId holder_;
  const ByteCount bytes_;
};

/// Whether a call failed because the node did not answer, rather than by its own word.
inline bool is_silence(Errc code) {
  return code == Errc::unreachable || code == Errc::timeout || code == Errc::closed ||
         code == Errc::wrong_peer;
}

}  // namespace mycostr::files
