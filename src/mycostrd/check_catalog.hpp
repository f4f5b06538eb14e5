// Whether the files that a stopped node knows can be read.
#pragma once

#include "storage/check.hpp"

namespace mycostr {

/// Changes nothing; blocks. Every row of a file and of its chunks says what it should, none is missing, and
/// there are as many files as the catalog counts. Tells up to kMaxProblems.
std::vector<storage::Problem> check_catalog(const storage::Database& database);

}  // namespace mycostr
