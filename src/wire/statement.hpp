// Statements: what a holder has earned by an agreement in a span of time, signed by both sides. Decoding
// checks every length and count. Errors of all decoders: invalid.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/units.hpp"
#include "wire/agreement.hpp"
#include "wire/wide.hpp"

namespace mycostr::wire {

namespace operations {
inline constexpr const char* kAgreeStatements = "statements/agree";
}  // namespace operations

inline constexpr std::string_view kStatementPurpose = "mycostr/statement/1";
inline constexpr std::string_view kStatementHolderPurpose = "mycostr/statement-holder/1";
inline constexpr std::string_view kDisputePurpose = "mycostr/statement-dispute/1";

/// Statements in one call.
inline constexpr std::size_t kMaxStatementsPerCall = 48;

/// What the audits of a statement's time have shown. The numbers are those on the wire and in rows.
enum class AuditWord : std::uint8_t {
  unknown = 0,  ///< nobody asked
  passed = 1,
  failed = 2,
  missed = 3  ///< no answer, and never passed
};
/// "unknown" and so on.
std::string_view audit_word_name(AuditWord word);
/// Whether a time with this word is paid for.
constexpr bool earns(AuditWord word) {
  return word == AuditWord::unknown || word == AuditWord::passed;
}

/// What one side has found.
struct Figures {
  Wide byte_ms;  ///< bytes kept x milliseconds
  AuditWord audit = AuditWord::unknown;
  bool operator==(const Figures&) const = default;
};

struct Statement {
  AgreementId agreement;
  std::uint64_t number = 0;  ///< 1, 2, ...
  WallTime start;            ///< the agreement's `since`, or the former one's end
  WallTime end;
  std::uint64_t revision = 0;  ///< counted up to; 0: before the first
  Digest root;                 ///< of that revision; zero before the first
  Figures figures;             ///< that it is made with
  Msat amount;
  Msat total;            ///< of all amounts, this one included
  Wide remainder;        ///< units that do not make a msat yet
  bool is_last = false;  ///< no other follows
  struct Dispute {
    Figures owner;
    Figures holder;
    bool operator==(const Dispute&) const = default;
  };
  std::optional<Dispute> dispute;  ///< both sides had found other figures
  bool operator==(const Statement&) const = default;
};
Bytes encode(const Statement& statement);
/// Form only, no signature.
Result<Statement> decode_statement(ByteView payload);
/// What the owner alone has signed so far.
Result<Statement> verify_proposed_statement(const SignedPayload& proposal, const PublicKey& owner_key);
Result<Statement> verify_statement(const CoSigned& signed_by_both, const Terms& terms);

/// A holder's word on a statement that it does not agree to.
struct OwnFigures {
  AgreementId agreement;
  std::uint64_t number = 0;    ///< of the statement
  WallTime end;                ///< likewise
  std::uint64_t revision = 0;  ///< the holder has counted up to
  Figures figures;
  bool operator==(const OwnFigures&) const = default;
};
/// An encoded Signed.
Bytes encode_own_figures(const OwnFigures& own, const crypto::Identity& holder);
/// Checks form and signature.
Result<OwnFigures> decode_own_figures(ByteView bytes, const PublicKey& holder_key);

/// How an owner stands with a holder that is to be paid. The numbers are those on the wire.
enum class UnpaidState : std::uint8_t {
  paid = 0,
  warned = 1,    ///< something is due
  stopped = 2,   ///< for so long that no new shards are taken
  deleting = 3,  ///< for so long that the owner's shards are deleted
};
/// "paid" and so on.
std::string_view unpaid_state_name(UnpaidState state);

/// Told with every reply about money, so that an owner knows each date. All move on while the holder itself
/// cannot be paid.
struct Standing {
  UnpaidState state = UnpaidState::paid;
  std::optional<WallTime> oldest_unpaid;  ///< end of the oldest statement that is owed, or missing
  std::optional<WallTime> due_since;  ///< warned from then on; may lie ahead; this and the next two together
  std::optional<WallTime> stops_at;
  std::optional<WallTime> deletes_at;
  bool operator==(const Standing&) const = default;
};

/// Message of "statements/agree": 1 to kMaxStatementsPerCall statements signed by the owner.
struct AgreeStatements {
  std::vector<SignedPayload> statements;
};
Bytes encode(const AgreeStatements& message);
Result<AgreeStatements> decode_agree_statements(ByteView bytes);

struct StatementReply {
  enum class Outcome {
    agreed,    ///< `signed_by_both`: the one asked for, or the one of that number agreed on before
    disputed,  ///< `own_figures`, an encoded Signed
    refused    ///< `code` and `detail`
  };
  Outcome outcome = Outcome::agreed;
  CoSigned signed_by_both = {};
  Bytes own_figures = {};
  Errc code = Errc::internal;
  std::string detail = {};  ///< up to 256 bytes
};

/// For each statement in order, up to the first one that is not agreed: no more than were asked for, at least
/// one.
struct AgreeStatementsReply {
  std::vector<StatementReply> replies;
  Standing standing;
};
Bytes encode(const AgreeStatementsReply& message);
Result<AgreeStatementsReply> decode_agree_statements_reply(ByteView bytes);

}  // namespace mycostr::wire
