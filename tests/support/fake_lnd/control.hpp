// Commands to the fake network, as lines of JSON (docs/testing.md has the list).
#pragma once

#include <string>

#include "support/fake_lnd/fake_lightning.hpp"

namespace mycostr::test {

/// Carries one out; the answer is a line of JSON: {"ok": true, ...}, or {"ok": false, "error": TEXT}. Never
/// throws.
std::string carry_out(FakeLightning& fake, const std::string& line);
/// Where the nodes are: one line of JSON, of the shape that tests/lightning/up prints.
std::string describe(FakeLightning& fake, const std::string& folder);

}  // namespace mycostr::test
