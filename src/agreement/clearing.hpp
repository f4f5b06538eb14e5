// Inside of agreement only: what is done with an agreement that is over.
#pragma once

#include <functional>

#include "agreement/book.hpp"
#include "agreement/shard_set.hpp"

namespace mycostr::agreement {

/// Called for each page before it goes, with the batch it goes by.
using OnPage = std::function<void(WriteBatch&, const std::vector<wire::ShardEntry>&)>;

/// Removes the rows of all its shards, a page at a time, each durable in order. What is left after an error
/// or a crash goes next time. `on_page` outlives it. Errors: io, corrupt, conflict.
Task<Result<void>> clear_shards(MetaStore& store, WorkerPool& pool, AgreementId agreement,
                                const OnPage& on_page);

/// The agreement has ended: kept for people to see, up to 1,000 of them, unless nothing was ever in it.
/// Errors: io.
Task<Result<void>> close(Book& book, Agreement agreement);

}  // namespace mycostr::agreement
