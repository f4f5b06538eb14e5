#include "agreement/agreement.hpp"

#include "crypto/merkle.hpp"
#include "mycostr/agreement.pb.h"

namespace mycostr::agreement {
namespace {

std::string text_of(const Bytes& bytes) {
  return std::string(as_text(bytes));
}

/// What a row says in numbers and signatures; the terms and the revision follow from it.
bool read_revision(const proto::AgreementRow& row, Agreement& out) {
  if (row.revision().empty()) return true;
  auto signed_revision = wire::decode_co_signed(as_bytes(row.revision()));
  if (!signed_revision) return false;
  const auto revision = wire::decode_revision(signed_revision->payload);
  if (!revision || revision->agreement != out.id || revision->number == 0) return false;
  out.revision = *revision;
  out.signed_revision = std::move(*signed_revision);
  return true;
}

}  // namespace

std::string_view role_name(Role role) {
  return role == Role::owner ? "owner" : "holder";
}

std::string_view state_name(State state) {
  switch (state) {
    case State::active:
      return "active";
    case State::ending:
      return "ending";
    case State::ended:
      return "ended";
    case State::unpaid:
      return "unpaid";
  }
  return "";
}

Agreement make_agreement(Role role, wire::Terms terms, wire::CoSigned signed_terms) {
  Agreement out;
  out.id = wire::agreement_id(signed_terms.payload);
  out.role = role;
  out.peer = crypto::node_id_of(role == Role::owner ? terms.holder_key : terms.owner_key);
  out.revision.agreement = out.id;
  out.revision.root = crypto::merkle_root_of_leaves({});
  out.revision.at = terms.since;
  out.terms = std::move(terms);
  out.signed_terms = std::move(signed_terms);
  return out;
}

std::string encode_row(const Agreement& agreement) {
  proto::AgreementRow row;
  row.set_role(static_cast<std::uint32_t>(agreement.role));
  row.set_state(static_cast<std::uint32_t>(agreement.state));
  row.set_terms(text_of(wire::encode(agreement.signed_terms)));
  if (agreement.revision.number > 0) row.set_revision(text_of(wire::encode(agreement.signed_revision)));
  row.set_last_number(agreement.last_number);
  row.set_rejoins(agreement.rejoins);
  return row.SerializeAsString();
}

Result<Agreement> decode_row(const AgreementId& id, std::string_view text) {
  const auto corrupt = [&] { return fail(Errc::corrupt, "the row of agreement " + id.hex()); };
  proto::AgreementRow row;
  const bool fits = row.ParseFromArray(text.data(), static_cast<int>(text.size())) &&
                    row.role() <= static_cast<std::uint32_t>(Role::holder) &&
                    row.state() <= static_cast<std::uint32_t>(State::unpaid);
  if (!fits) return corrupt();
  auto signed_terms = wire::decode_co_signed(as_bytes(row.terms()));
  if (!signed_terms) return corrupt();
  auto terms = wire::decode_terms(signed_terms->payload);
  if (!terms || wire::agreement_id(signed_terms->payload) != id) return corrupt();
  auto out = make_agreement(static_cast<Role>(row.role()), std::move(*terms), std::move(*signed_terms));
  if (!read_revision(row, out)) return corrupt();
  out.state = static_cast<State>(row.state());
  out.last_number = row.last_number();
  out.rejoins = row.rejoins();
  return out;
}

}  // namespace mycostr::agreement
