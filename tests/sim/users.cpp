#include "sim/users.hpp"

#include <fmt/core.h>

#include "async/timeout.hpp"

namespace mycostr::sim {

Users::Users(SimWorld& world, Model& model, const StormSettings& settings)
    : world_(world),
      model_(model),
      settings_(settings),
      random_(world.random().below(UINT64_MAX)),
      all_(world.executor(), "users") {}

Task<> Users::run() {
  for (std::size_t i = 0; i < settings_.operations; ++i) all_.spawn(operate(i));
  co_await all_.join();
}

Task<> Users::operate(std::size_t number) {
  co_await world_.clock().sleep_for(
      Duration(random_.below(static_cast<std::uint64_t>(settings_.length.count()))));
  auto& owner = world_.node(random_.below(settings_.owners));
  if (!owner.is_up()) co_return;
  auto* stored = any_stored(owner.number());
  const auto dice = random_.below(100);
  if (stored == nullptr || dice < 50) {
    auto& memory = model_.add(owner.number(), fmt::format("file {}", number), any_content());
    if (random_.chance(1, 4)) {
      memory.idempotency_key = memory.name;
      co_return co_await store_with_key(owner, memory);
    }
    co_return co_await owner.as_user(store_new(owner, memory));
  }
  if (dice < 75) co_return co_await owner.as_user(read(owner, *stored));
  if (random_.chance(1, 4)) all_.spawn(owner.as_user(erase(owner, *stored)));
  co_await owner.as_user(erase(owner, *stored));
}

Bytes Users::any_content() {
  const auto chunk = world_.settings().chunk_size;
  switch (random_.below(6)) {
    case 0:
      return {};
    case 1:
      return random_.bytes(1 + random_.below(100));
    case 2:
      return random_.bytes(chunk * random_.below(6));
    default:
      return random_.bytes(random_.below(chunk * 10));
  }
}

BodyPlan Users::any_plan(std::size_t size) {
  BodyPlan out;
  if (random_.chance(1, 8)) out.breaks_at = random_.below(size + 1);
  if (random_.chance(1, 4)) out.pause = std::chrono::milliseconds(random_.below(2000));
  if (random_.chance(1, 2)) out.piece = 1 + random_.below(2 * world_.settings().chunk_size);
  if (out.pause.count() > 0) out.piece = std::max<std::size_t>(out.piece, 1000);
  return out;
}

Task<> Users::store_new(SimNode& owner, Memory& memory) {
  const auto plan = any_plan(memory.content.size());
  if (random_.chance(1, 6)) return give_up_soon(owner, memory, plan);
  return attempt(owner, memory, plan);
}

/// Until it is acknowledged, or the user has had enough; the node may crash in between.
Task<> Users::store_with_key(SimNode& owner, Memory& memory) {
  memory.is_being_stored = true;
  async::TaskGroup repeats(world_.executor(), "repeat");
  for (int attempts = 0; attempts < 6 && memory.stored != Fate::yes; ++attempts) {
    if (random_.chance(1, 3)) repeats.spawn(owner.as_user(store_new(owner, memory)));
    co_await owner.as_user(store_new(owner, memory));
    co_await world_.clock().sleep_for(std::chrono::seconds(1 + random_.below(20)));
  }
  co_await repeats.join();
  memory.is_being_stored = false;
}

Task<> Users::give_up_soon(SimNode& owner, Memory& memory, BodyPlan plan) {
  const auto before = memory.stored;
  const auto life = owner.power().life();
  const auto patience = std::chrono::milliseconds(random_.below(3000));
  const bool ended = co_await async::finish_within(world_.clock(), attempt(owner, memory, plan), patience);
  if (!ended && owner.power().lasts(life) && !memory.idempotency_key) memory.stored = before;
}

Task<> Users::attempt(SimNode& owner, Memory& memory, BodyPlan plan) {
  const auto before = memory.stored;
  const auto life = owner.power().life();
  if (before == Fate::no) memory.stored = Fate::unknown;
  files::StoreOptions options;
  options.name = memory.name;
  options.idempotency_key = memory.idempotency_key;
  const auto outcome = co_await store(owner, world_.clock(), options, memory.content, plan);
  if (!owner.power().lasts(life)) co_return;  // the answer does not leave the machine
  if (outcome) {
    if (memory.stored == Fate::yes && memory.id != outcome->id)
      model_.complain("one key, two files: " + memory.name);
    memory.stored = Fate::yes;
    memory.id = outcome->id;
  } else if (!memory.idempotency_key) {
    memory.stored = before;
  }
}

Task<> Users::read(SimNode& owner, const Memory& memory) {
  const auto life = owner.power().life();
  const auto file = co_await owner.engine().catalog().find(memory.id);
  if (!owner.power().lasts(life)) co_return;
  if (!file) co_return model_.complain(fmt::format("{}: {}", memory.name, to_string(file.error())));
  if (!*file) {
    if (memory.deleted == Fate::no) model_.complain("not there: " + memory.name);
    co_return;
  }
  if ((*file)->size > 0) co_await read_some(owner, memory, **file);
}

Task<> Users::read_some(SimNode& owner, const Memory& memory, files::FileInfo file) {
  const bool is_plain = random_.chance(2, 3);
  const auto size = is_plain ? file.size : files::cipher_size(file);
  files::ByteRange range{0, size};
  if (random_.chance(1, 2)) range.begin = random_.below(size);
  if (random_.chance(1, 2)) range.end = range.begin + 1 + random_.below(size - range.begin);
  const auto bytes = co_await read_range(owner.engine(), file, range,
                                         is_plain ? files::Form::plaintext : files::Form::ciphertext);
  if (!bytes) co_return;
  ++files_read_;
  if (bytes->size() != range.end - range.begin) co_return model_.complain("not all bytes: " + memory.name);
  const auto wanted =
      ByteView(memory.content).subspan(is_plain ? range.begin : 0, is_plain ? bytes->size() : 0);
  if (is_plain && !std::ranges::equal(*bytes, wanted)) model_.complain("wrong bytes: " + memory.name);
}

Task<> Users::erase(SimNode& owner, Memory& memory) {
  const auto life = owner.power().life();
  ++memory.deletions;
  if (memory.deleted == Fate::no) memory.deleted = Fate::unknown;
  const auto done = co_await owner.engine().cleaner().erase(memory.id);
  if (!owner.power().lasts(life)) co_return;
  if (done) {
    memory.deleted = Fate::yes;
  } else if (done.error().code != Errc::not_found) {
    model_.complain(fmt::format("cannot delete {}: {}", memory.name, to_string(done.error())));
  } else if (memory.deletions == 1) {
    model_.complain("not there to be deleted: " + memory.name);
  }
}

Memory* Users::any_stored(std::size_t owner) {
  std::vector<Memory*> found;
  for (auto& memory : model_.memories()) {
    const bool is_there = memory.stored == Fate::yes && memory.deleted == Fate::no && !memory.is_being_stored;
    if (memory.owner == owner && is_there) found.push_back(&memory);
  }
  return found.empty() ? nullptr : found[random_.below(found.size())];
}

}  // namespace mycostr::sim
