// What the record of one audit proves, to anyone, later, without this network. Pure, any thread.
#pragma once

#include <string>

#include "wire/audit.hpp"

namespace mycostr::audit {

struct Finding {
  bool proves = false;
  std::string text;  ///< for people: what is proven, in lines; or why nothing is
};

/// `bytes` are an encoded wire::Transcript, hostile. It proves something where owner and holder both signed
/// the terms and the revision, the owner the challenge for just that revision, and the holder the answer:
/// then the answer's signature speaks against a holder that showed wrong data, and for one that showed the
/// right.
Finding verify_transcript(ByteView bytes);

}  // namespace mycostr::audit
