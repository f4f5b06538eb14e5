#include "files/reader.hpp"

#include <algorithm>

namespace mycostr::files {
namespace {
constexpr std::size_t kRowsAtOnce = 64;
const Error kEndedEarly{Errc::internal, "the retrieval ended early"};
}  // namespace

// Chunks begin at the same offsets in both forms: only the last one is padded.
Reader::Reader(Context& context, Catalog& catalog, const FileInfo& file, ByteRange range, Form form)
    : context_(context),
      catalog_(catalog),
      file_(file),
      range_(range),
      form_(form),
      secrets_(context.keystore.unwrap(file.wrapped_secrets, file.id)),
      next_row_(range.begin / file.chunk_size),
      end_chunk_((range.end - 1) / file.chunk_size + 1),
      tasks_(context.executor, "retrieve") {
  if (!secrets_) broken_ = {Errc::corrupt, "the file's keys cannot be unwrapped with this node's master key"};
}

Task<std::expected<std::optional<Buffer>, ReadFailure>> Reader::next() {
  if (!started_ && !broken_) tasks_.spawn(fetch_ahead());
  started_ = true;
  handed_out_ = {};
  while (!broken_ && (slots_.empty() ? !all_asked_ : !slots_.front()->result)) co_await changed_.wait();
  if (slots_.empty()) {
    if (broken_) co_return std::unexpected(ReadFailure{*broken_, next_row_});
    co_return std::optional<Buffer>();
  }
  if (!slots_.front()->result) co_return std::unexpected(ReadFailure{*broken_, slots_.front()->chunk.index});
  const auto slot = slots_.front();
  slots_.pop_front();
  changed_.notify_all();
  if (!*slot->result) co_return std::unexpected(ReadFailure{slot->result->error(), slot->chunk.index});
  handed_out_ = std::move(slot->memory);
  auto bytes = std::move(**slot->result);
  bytes.truncate(size_in_form(slot->chunk));
  co_return trimmed(slot->chunk.index, std::move(bytes));
}

Task<> Reader::close() {
  co_await tasks_.close();
}

/// However the fetching ends, whoever waits is told.
class Reader::Told {
 public:
  explicit Told(Reader& reader) : reader_(reader) {}
  ~Told() {
    const bool is_whole = reader_.next_row_ >= reader_.end_chunk_ && reader_.rows_.empty();
    if (!is_whole && !reader_.broken_) reader_.broken_ = kEndedEarly;
    reader_.all_asked_ = true;
    reader_.changed_.notify_all();
  }
  Told(const Told&) = delete;
  Told& operator=(const Told&) = delete;

 private:
  Reader& reader_;
};

class Reader::Filled {
 public:
  Filled(Reader& reader, Slot& slot) : reader_(reader), slot_(slot) {}
  ~Filled() {
    if (!slot_.result) slot_.result = std::unexpected(kEndedEarly);
    reader_.changed_.notify_all();
  }
  Filled(const Filled&) = delete;
  Filled& operator=(const Filled&) = delete;

 private:
  Reader& reader_;
  Slot& slot_;
};

Task<> Reader::fetch_ahead() {
  const Told told(*this);
  while (next_row_ < end_chunk_ || !rows_.empty()) {
    while (!may_ask_ahead()) co_await changed_.wait();
    // In the order of the file, so that the chunk that is waited for never waits for memory behind a later
    // one.
    auto memory = co_await context_.memory.take(file_.chunk_size);
    if (rows_.empty()) {
      if (const auto read = co_await read_rows(); !read) {
        broken_ = read.error();
        break;
      }
    }
    auto slot = std::make_shared<Slot>();
    slot->chunk = std::move(rows_.front());
    slot->memory = std::move(memory);
    rows_.pop_front();
    slots_.push_back(slot);
    tasks_.spawn(fetch(slot));
  }
}

/// The first one waits its turn. Those ahead of it leave half of the memory to others: the client may take
/// hours.
bool Reader::may_ask_ahead() const {
  if (slots_.empty()) return true;
  const auto& memory = context_.memory;
  return slots_.size() < context_.settings.chunks_read_ahead &&
         memory.free() >= memory.total() / 2 + file_.chunk_size;
}

Task<Result<void>> Reader::read_rows() {
  const auto wanted = std::min<std::uint64_t>(kRowsAtOnce, end_chunk_ - next_row_);
  auto rows = co_await catalog_.chunks(file_.id, next_row_, wanted);
  if (!rows) co_return std::unexpected(rows.error());
  bool complete = rows->size() == wanted;
  for (std::size_t i = 0; complete && i < rows->size(); ++i) complete = (*rows)[i].index == next_row_ + i;
  if (!complete)
    co_return fail(Errc::corrupt, "rows of the file are missing in the catalog, or it was deleted");
  next_row_ += wanted;
  std::ranges::move(*rows, std::back_inserter(rows_));
  co_return Result<void>();
}

Task<> Reader::fetch(std::shared_ptr<Slot> slot) {
  const Filled filled(*this, *slot);
  slot->result = co_await fetch_chunk(context_, file_.id, *secrets_, slot->chunk, form_);
}

std::uint64_t Reader::size_in_form(const ChunkInfo& chunk) const {
  return form_ == Form::ciphertext ? chunk.size.value : plain_size(file_, chunk.index);
}

Buffer Reader::trimmed(std::uint64_t index, Buffer bytes) const {
  const auto start = index * file_.chunk_size;
  const auto skip = range_.begin > start ? range_.begin - start : 0;
  const auto end = std::min<std::uint64_t>(bytes.size(), range_.end - start);
  bytes.truncate(end);
  // Only the first piece of a range begins in the middle: one copy for the whole answer.
  return skip == 0 ? bytes : Buffer::copy_of(bytes.view().subspan(skip));
}

}  // namespace mycostr::files
