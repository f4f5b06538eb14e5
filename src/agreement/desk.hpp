// Inside of agreement only: what an owner does at one holder, one thing at a time.
#pragma once

#include "agreement/owner_service.hpp"

namespace mycostr::agreement {

/// Of a call that says whether the node is there at all, rather than what it thinks of what was asked.
constexpr bool is_silence(Errc code) {
  return code == Errc::unreachable || code == Errc::timeout || code == Errc::closed ||
         code == Errc::wrong_peer;
}

/// Loop thread only; one task at a time calls it. References outlive it.
///
/// Errors of all tasks: unreachable and what else a call ends with, io, corrupt; invalid where the holder's
/// answer is none; conflict where the agreement was given up. After an error, what was under way goes on with
/// the next catch_up().
class Desk {
 public:
  using OnMissing = std::function<void(const NodeId&, const ShardId&, bool is_news)>;

  Desk(const OwnerPorts& ports, Book& book, JoinQueue& joins, const OnMissing& on_missing, NodeId holder)
      : ports_(ports), book_(book), joins_(joins), on_missing_(on_missing), holder_(holder) {}

  /// Ends what was under way: a change that was sent and not answered, agreements that are ending.
  Task<Result<void>> catch_up();
  /// Shows the holder the newest revision here; where it has a newer one that both have signed, or does not
  /// know the agreement, that is given up. Where there is none here, a new one ends whatever the holder has.
  /// REQUIRES: as join_some().
  Task<Result<void>> compare();
  /// What waits is missing from now on. Errors: io, corrupt.
  Task<Result<void>> give_up_waiting();
  /// One change with shards that wait, in an agreement that is made where there is none. True where more may
  /// wait. REQUIRES: catch_up() has succeeded.
  Task<Result<bool>> join_some();
  /// All of these are out of the agreement on return. REQUIRES: catch_up() has succeeded.
  Task<Result<void>> leave(std::vector<ShardId> shards);

 private:
  struct Change {
    wire::ChangeAgreement message;
    wire::Revision revision;
    wire::Delta delta;
    ShardSet::Draft draft;
  };

  const Agreement* active() const { return book_.with(Role::owner, holder_); }
  Task<Result<PeerReply>> call(const char* operation, Bytes message);
  Task<Result<void>> propose();
  static bool is_newer(const Agreement& known, const std::optional<wire::CoSigned>& shown);

  /// Signs a change and has the holder sign it.
  Task<Result<void>> change(Agreement before, wire::Delta delta, bool ends);
  Task<Result<void>> settle_unanswered(Agreement before);
  Task<Result<void>> settle(Agreement before, Change change);
  Task<Result<void>> take_agreed(Agreement before, const Change& change, wire::CoSigned signed_by_both);
  Task<Result<void>> take_missing(Agreement before, const Change& change, std::vector<ShardId> missing);
  Task<Result<void>> mark_missing(std::vector<wire::ShardEntry> shards, WriteBatch batch);
  /// Both sides disagree for good: over, and its shards wait for another agreement. Always an error.
  Task<Result<void>> give_up(Agreement agreement, std::string why);

  Task<Result<void>> finish(AgreementId ending);
  Task<Result<void>> take_apart(Agreement agreement);
  Task<Result<std::vector<ShardId>>> joined(AgreementId agreement, std::vector<ShardId> shards);
  Task<Result<void>> forget_joined(AgreementId agreement, std::vector<wire::ShardEntry> shards);

  const OwnerPorts& ports_;
  Book& book_;
  JoinQueue& joins_;
  const OnMissing& on_missing_;
  const NodeId holder_;
};

}  // namespace mycostr::agreement
