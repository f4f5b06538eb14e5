#include "sim/months.hpp"

#include <fmt/core.h>

#include <cmath>

#include "sim/truth.hpp"

namespace mycostr::sim {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kChunk = 2048;
/// What the queue and its pacing may take after the periods of docs/repair.md are over.
constexpr Duration kSlack = 2h;

class Months {
 public:
  Months(const MonthsSettings& settings, std::uint64_t seed,
         std::function<void(int, const MonthsReport&)> each_day)
      : settings_(settings),
        each_day_(std::move(each_day)),
        world_(world_settings(settings), seed),
        random_(seed + 1),
        truth_(world_) {}

  MonthsReport run() {
    world_.run(all());
    report_.trace = world_.trace().hash();
    return std::move(report_);
  }

 private:
  static std::size_t newcomers(const MonthsSettings& settings) {
    const auto holders = static_cast<double>(settings.nodes - settings.owners);
    return static_cast<std::size_t>(std::ceil(holders * settings.lost_per_day * settings.days)) + 8;
  }

  static WorldSettings world_settings(const MonthsSettings& settings) {
    WorldSettings out;
    out.nodes = settings.nodes + newcomers(settings);
    out.asleep = newcomers(settings);
    out.chunk_size = kChunk;
    out.runs_dht = false;
    out.capacity = [owners = settings.owners](std::size_t i) { return i < owners ? ByteCount() : 64_MiB; };
    out.adjust = [period = settings.audit_period](engine::EngineSettings& engine) {
      engine.audit.period = period;
      engine.audit.kept_audits = 500;
      engine.audit.kept_transcripts = 10;
      engine.record_life = 24h;
      // Statements are none of what is measured here: one a day will do.
      engine.payment.period = 24h;
    };
    return out;
  }

  Task<> all() {
    began_ = world_.clock().now();
    async::TaskGroup truth(world_.executor(), "truth");
    truth.spawn(truth_.run(settings_.owners));
    co_await store_all();
    for (const auto& [node, cheating] : settings_.cheaters) {
      world_.node(node).chunks().set_slowness(cheating.slowness);
    }
    for (day_ = 0; day_ < settings_.days; ++day_) {
      co_await one_day();
      co_await check_promises();
      if (each_day_) each_day_(day_, report_);
      if (settings_.owners_restart && day_ % 7 == 6) co_await restart_owners();
    }
    co_await world_.clock().sleep_for(promise());
    co_await check_promises();
    co_await check_files();
    judge_holders();
    co_await truth.close();
  }

  Task<> store_all() {
    for (std::size_t i = 0; i < settings_.files; ++i) {
      const auto owner = i % settings_.owners;
      auto content = random_.bytes(1 + random_.below(kChunk));
      const auto stored =
          co_await store(world_.node(owner), world_.clock(), named(std::to_string(i)), content);
      if (!stored) {
        report_.complaints.push_back("not stored: " + to_string(stored.error().error));
        continue;
      }
      files_.push_back({owner, stored->id, std::move(content)});
    }
  }

  /// A day in steps of an hour; what happens in it happens at random hours.
  Task<> one_day() {
    const auto holders = static_cast<double>(settings_.nodes - settings_.owners);
    losses_due_ += holders * settings_.lost_per_day;
    const auto losses = static_cast<std::size_t>(losses_due_);
    losses_due_ -= static_cast<double>(losses);
    std::map<int, std::size_t> deaths;
    for (std::size_t i = 0; i < losses; ++i) ++deaths[static_cast<int>(random_.below(24))];
    for (int hour = 0; hour < 24; ++hour) {
      if (settings_.partition_day == day_ && hour == 6) begin_partition();
      if (is_parted_ && world_.clock().now() - parted_at_ >= settings_.partition_length) end_partition();
      for (std::size_t i = 0; i < deaths[hour]; ++i) co_await lose_one();
      cheat();
      rot();
      co_await world_.clock().sleep_for(1h);
      note_repairs();
      note_audits();
    }
  }

  Task<> lose_one() {
    const auto first = settings_.owners;
    auto victim = first + random_.below(world_.nodes().size() - first);
    for (std::size_t i = 0; i < world_.nodes().size(); ++i, ++victim) {
      if (victim == world_.nodes().size()) victim = first;
      if (world_.node(victim).is_up() && !settings_.cheaters.contains(victim)) break;
    }
    auto& node = world_.node(victim);
    co_await node.crash(test::Crash::power_loss);
    node.chunks().wipe();
    died_[node.id()] = world_.clock().now();
    ++report_.deaths;
    const auto newcomer = settings_.nodes + born_++;
    co_await world_.node(newcomer).start();
    truth_.introduce(newcomer, settings_.owners);
  }

  /// A cheater keeps only some of what it took.
  void cheat() {
    for (const auto& [node, cheating] : settings_.cheaters) {
      auto& chunks = world_.node(node).chunks();
      std::vector<ShardKey> unwanted;
      for (const auto& [key, bytes] : chunks.shards()) {
        const auto draw = static_cast<double>(read_be64(key.shard.view().first(8)));
        if (draw < cheating.drops * 0x1p64) unwanted.push_back(key);
      }
      for (const auto& key : unwanted) chunks.lose(key);
    }
  }

  void rot() {
    for (auto& node : world_.nodes()) {
      if (!node->is_up() || settings_.rot_per_day == 0) continue;
      std::vector<ShardKey> rotten;
      for (const auto& [key, bytes] : node->chunks().shards()) {
        if (static_cast<double>(random_.below(1'000'000)) < settings_.rot_per_day / 24 * 1e6)
          rotten.push_back(key);
      }
      for (const auto& key : rotten) report_.rotted += node->chunks().rot(key) ? 1 : 0;
    }
  }

  void begin_partition() {
    is_parted_ = true;
    parted_at_ = world_.clock().now();
    repaired_before_partition_ = report_.repaired;
    for (std::size_t i = 1; i < world_.nodes().size(); i += 2) {
      world_.network().block(0, i);
      world_.network().block(i, 0);
      truth_.part(i);
    }
  }

  void end_partition() {
    is_parted_ = false;
    note_repairs();
    report_.repaired_in_partition = report_.repaired - repaired_before_partition_;
    for (std::size_t i = 1; i < world_.nodes().size(); i += 2) {
      world_.network().unblock(0, i);
      world_.network().unblock(i, 0);
    }
    truth_.join();
  }

  Task<> restart_owners() {
    for (std::size_t i = 0; i < settings_.owners; ++i) {
      co_await world_.node(i).crash(test::Crash::power_loss);
      co_await world_.node(i).start();
      truth_.introduce_all_to(i);
    }
  }

  void note_repairs() {
    report_.promised_repair = promise();
    for (std::size_t i = 0; i < settings_.owners; ++i) {
      for (const auto& repair : world_.node(i).engine().repairs().list(repair::RepairState::done, SIZE_MAX)) {
        if (repair.id <= last_repair_[i]) continue;
        last_repair_[i] = repair.id;
        ++report_.repaired;
        if (!repair.from || !repair.to) continue;  // a copy too many was taken back
        const auto died = died_.find(*repair.from);
        if (died == died_.end()) continue;
        const auto took = world_.clock().now() - died->second;
        report_.slowest_repair = std::max(report_.slowest_repair, took);
      }
    }
  }

  void note_audits() {
    for (std::size_t i = 0; i < settings_.owners; ++i) {
      for (const auto& [node, cheating] : settings_.cheaters) {
        if (report_.found.contains(node)) continue;
        const auto* score = world_.node(i).engine().scores().find(world_.node(node).id());
        if (score != nullptr && score->failed > 0) report_.found[node] = world_.clock().now() - began_;
      }
    }
  }

  Duration promise() const {
    const repair::Settings usual;
    return usual.suspect_after + usual.grace + kSlack;
  }

  /// Every chunk has its copies on living disks, but for what died so late that it need not have been
  /// replaced.
  Task<> check_promises() {
    if (is_parted_) co_return;
    for (const auto& file : files_) {
      const auto chunks = co_await chunks_of(world_.node(file.owner).engine(), file.id);
      if (!chunks) {
        report_.complaints.push_back("rows: " + to_string(chunks.error()));
        continue;
      }
      for (const auto& chunk : *chunks) check_chunk(file.id, chunk);
    }
  }

  void check_chunk(const FileId& file, const files::ChunkInfo& chunk) {
    std::size_t living = 0;
    bool is_excused = false;
    for (const auto& shard : chunk.shards) {
      const auto died = died_.find(shard.holder);
      living += died == died_.end() ? 1 : 0;
      is_excused = is_excused || (died != died_.end() && world_.clock().now() - died->second < promise());
    }
    if (living >= files::kMinRedundancy || is_excused) return;
    report_.complaints.push_back(fmt::format("day {}: {} has {} copies left of chunk {}", day_,
                                             file_id_text(file), living, chunk.index));
  }

  Task<> check_files() {
    for (const auto& file : files_) {
      const auto back = co_await read_file(world_.node(file.owner).engine(), file.id);
      if (back && *back == file.content) continue;
      ++report_.files_lost;
      report_.complaints.push_back("lost: " + file_id_text(file.id));
    }
  }

  void judge_holders() {
    for (std::size_t i = 0; i < settings_.owners; ++i) {
      auto& engine = world_.node(i).engine();
      for (const auto& node : world_.nodes()) {
        if (!node->is_up() || settings_.cheaters.contains(node->number())) continue;
        const auto* score = engine.scores().find(node->id());
        if (score == nullptr) continue;
        report_.audits += score->passed + score->failed;
        report_.honest_disqualified += score->disqualified ? 1 : 0;
      }
    }
  }

  struct Stored {
    std::size_t owner;
    FileId id;
    Bytes content;
  };

  const MonthsSettings settings_;
  const std::function<void(int, const MonthsReport&)> each_day_;
  SimWorld world_;
  test::SeededRandom random_;
  Truth truth_;
  MonthsReport report_;
  std::vector<Stored> files_;
  std::map<NodeId, SteadyTime> died_;
  std::map<std::size_t, std::uint64_t> last_repair_;
  SteadyTime began_;
  SteadyTime parted_at_;
  bool is_parted_ = false;
  std::size_t repaired_before_partition_ = 0;
  std::size_t born_ = 0;
  double losses_due_ = 0;
  int day_ = 0;
};

}  // namespace

MonthsReport run_months(const MonthsSettings& settings, std::uint64_t seed,
                        std::function<void(int, const MonthsReport&)> each_day) {
  Months months(settings, seed, std::move(each_day));
  return months.run();
}

}  // namespace mycostr::sim
