#include "audit/schedule.hpp"

#include <algorithm>

#include "mycostr/audit.pb.h"

namespace mycostr::audit {
namespace {

std::chrono::milliseconds in_ms(Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration);
}

Outcome contain(Standing& standing, const Bytes& encoded, bool is_another, WallTime now,
                const Settings& settings) {
  auto& contained = standing.contained;
  if (!contained) {
    contained = Containment{encoded, now, now, 0, is_another};
  } else if (++contained->tries == kContainedTries) {
    contained.reset();
    return Outcome::failed;
  }
  contained->challenge = encoded;
  contained->is_another = is_another;
  contained->next_try = now + in_ms(settings.contain_for / kContainedTries);
  return Outcome::contained;
}

}  // namespace

std::string encode_row(const Standing& standing) {
  proto::AuditState row;
  row.set_epoch(standing.epoch);
  row.set_serial(standing.serial);
  row.set_chained_epoch(standing.chained_epoch);
  if (const auto& contained = standing.contained) {
    row.set_contained(std::string(as_text(contained->challenge)));
    row.set_contained_since_unix_ms(to_unix_ms(contained->since));
    row.set_next_try_unix_ms(to_unix_ms(contained->next_try));
    row.set_tries(contained->tries);
    row.set_is_another(contained->is_another);
  }
  return row.SerializeAsString();
}

Result<Standing> decode_standing(std::string_view bytes) {
  proto::AuditState row;
  if (!row.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return fail(Errc::corrupt, "a row of an audit's state");
  Standing out{row.epoch(), row.serial(), row.chained_epoch(), std::nullopt};
  if (!row.contained().empty()) {
    out.contained = Containment{{row.contained().begin(), row.contained().end()},
                                from_unix_ms(row.contained_since_unix_ms()),
                                from_unix_ms(row.next_try_unix_ms()),
                                row.tries(),
                                row.is_another()};
  }
  return out;
}

Outcome settle(Standing& standing, Answer answer, const Asked& asked, WallTime now,
               const Settings& settings) {
  switch (answer) {
    case Answer::right:
      standing.contained.reset();
      return asked.is_another ? Outcome::contained : Outcome::passed;
    case Answer::wrong:
      standing.contained.reset();
      return Outcome::failed;
    case Answer::none:
      return contain(standing, asked.encoded, asked.is_another, now, settings);
    case Answer::unreachable:
    case Answer::not_asked:
      break;
  }
  if (standing.contained) standing.contained->next_try = now + in_ms(settings.contain_for / kContainedTries);
  return answer == Answer::unreachable ? Outcome::offline : Outcome::unknown;
}

bool was_ahead(const Standing& standing, std::uint64_t epoch) {
  return standing.epoch > epoch + 1;
}

std::optional<std::uint32_t> next_serial(const Standing& standing, std::uint64_t epoch) {
  if (was_ahead(standing, epoch)) return 0;
  // A clock that went back: the holder answers for no earlier epoch than the last one.
  if (standing.epoch > epoch) return std::nullopt;
  if (standing.epoch < epoch) return 0;
  if (standing.serial >= wire::kMaxAuditSerial) return std::nullopt;
  return standing.serial + 1;
}

Due Schedule::due(const AgreementId& agreement, const Standing& standing, WallTime now,
                  std::uint64_t random) {
  const auto epoch = epoch_at(now, period_);
  if (epoch != epoch_) {
    epoch_ = epoch;
    std::erase_if(plans_, [&](const auto& entry) { return entry.second.epoch + 1 < epoch; });
  }
  if (standing.contained) {
    const auto next = standing.contained->next_try;
    const bool is_due = now >= next || next > now + in_ms(contain_for_);  // by a clock that was ahead
    return is_due ? Due::again : Due::nothing;
  }
  if (standing.epoch >= epoch && !was_ahead(standing, epoch)) return Due::nothing;
  auto& planned = plans_[agreement];
  if (planned.epoch != epoch) plan(planned, epoch, now, random);
  return now >= planned.at ? Due::scheduled : Due::nothing;
}

void Schedule::plan(Plan& plan, std::uint64_t epoch, WallTime now, std::uint64_t random) const {
  const auto end = static_cast<std::int64_t>(epoch + 1) * in_ms(period_).count();
  // Not its last tenth: the audit is to begin within the epoch, however busy this side is.
  const auto left = static_cast<std::uint64_t>(std::max<std::int64_t>((end - to_unix_ms(now)) / 10 * 9, 1));
  plan = {epoch, now + std::chrono::milliseconds(random % left)};
}

}  // namespace mycostr::audit
