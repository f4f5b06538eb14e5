#include "repair/chunk_view.hpp"

namespace mycostr::repair {

std::string_view reason_name(Reason reason) {
  switch (reason) {
    case Reason::failed_audit:
      return "failed_audit";
    case Reason::rot:
      return "rot";
    case Reason::disqualified:
      return "disqualified";
    case Reason::offline:
      return "offline";
    case Reason::draining:
      return "draining";
    case Reason::clumped:
      return "clumped";
    case Reason::returned_surplus:
      return "returned_surplus";
  }
  return "offline";
}

}  // namespace mycostr::repair
