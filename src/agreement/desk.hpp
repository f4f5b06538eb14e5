// Inside of agreement only: what an owner does at one holder, one thing at a time.
#pragma once

#include "agreement/owner_service.hpp"

namespace mycostr::agreement {

/// Loop thread only; one task at a time calls it. References outlive it.
///
/// Errors of all tasks: unreachable and what else a call ends with, io, corrupt; invalid where the holder's
/// answer is none; conflict where the agreement was given up. After an error, what was under way goes on with
/// the next catch_up().
class Desk {
 public:
  Desk(const OwnerPorts& ports, Book& book, JoinQueue& joins, const OnMissing& on_missing, NodeId holder)
      : ports_(ports), book_(book), joins_(joins), on_missing_(on_missing), holder_(holder) {}

  /// Ends what was under way: a change that was sent and not answered, agreements that are ending.
  Task<Result<void>> catch_up();
  /// Shows the holder the newest revision here: where it has another one, or does not know the agreement,
  /// that is given up. Where there is none here, a new one ends what the holder has. REQUIRES: as
  /// join_some().
  Task<Result<void>> compare();
  /// What waits, or would wait once the holder was told that their agreement is over, is missing from now on.
  /// Errors: io, corrupt.
  Task<Result<void>> give_up_waiting();
  /// One change with shards that wait, in an agreement that is made where there is none. True where more may
  /// wait. REQUIRES: catch_up() has succeeded.
  Task<Result<bool>> join_some();
  /// All of these are out of the agreement on return. REQUIRES: catch_up() has succeeded.
  Task<Result<void>> leave(std::vector<ShardId> shards);
  const NodeId& holder() const { return holder_; }
  /// How often the holder was asked anything, and how often it signed a revision but the last.
  std::uint64_t calls() const { return calls_; }
  std::uint64_t signatures() const { return signatures_; }

 private:
  struct Change {
    wire::ChangeAgreement message;
    wire::Revision revision;
    wire::Delta delta;
    ShardSet::Draft draft;
  };

  const Agreement* active() const { return book_.with(Role::owner, holder_); }
  bool is_ending() const;
  Task<Result<PeerReply>> call(const char* operation, Bytes message);
  Task<Result<void>> propose();

  /// Signs a change and has the holder sign it.
  Task<Result<void>> change(Agreement before, wire::Delta delta, bool ends);
  Task<Result<void>> settle_unanswered(Agreement before);
  Task<Result<void>> settle(Agreement before, Change change);
  Task<Result<void>> take_agreed(Agreement before, const Change& change, wire::CoSigned signed_by_both);
  Task<Result<void>> take_missing(Agreement before, const Change& change, std::vector<ShardId> missing);
  Task<Result<void>> mark_missing(std::vector<wire::ShardEntry> shards, WriteBatch batch, Missing why);
  /// A call about the agreement ended by this.
  Task<Result<void>> refused(Agreement agreement, Error error);
  /// The holder shows another revision than it should have, or none; `under_way` is the change that was sent
  /// to it, if one was. Always an error.
  Task<Result<void>> disagree(Agreement agreement, std::optional<wire::CoSigned> shown, Bytes under_way);
  bool owes_answer() const { return ports_.owes_answer(holder_) || ports_.is_asked(holder_); }
  static std::unexpected<Error> owes();
  /// The agreement is over, and its shards wait for another; `shown`: the holder's revision, nothing where it
  /// does not know the agreement. Always an error.
  Task<Result<void>> give_up(Agreement agreement, std::optional<std::uint64_t> shown);

  Task<Result<void>> finish(AgreementId ending);
  Task<Result<void>> take_apart(Agreement agreement);
  Task<Result<std::vector<ShardId>>> leaving_from(AgreementId ending);
  Task<Result<void>> release_all(AgreementId ending);
  Task<Result<std::vector<ShardId>>> joined(AgreementId agreement, std::vector<ShardId> shards);
  Task<Result<void>> forget_joined(AgreementId agreement, std::vector<wire::ShardEntry> shards);

  const OwnerPorts& ports_;
  Book& book_;
  JoinQueue& joins_;
  const OnMissing& on_missing_;
  const NodeId holder_;
  std::uint64_t calls_ = 0;
  std::uint64_t signatures_ = 0;
};

}  // namespace mycostr::agreement
