#include "payment/payments.hpp"

namespace mycostr::payment {

Payments::Payments(Ports ports, agreement::Book& agreements, Settings settings)
    : settings_(settings),
      agreements_(agreements),
      wallet_watch_(ports.clock, ports.wallet, settings_),
      ledger_(ports.meta),
      book_(ports.meta),
      peers_(ports.meta),
      sender_(
          {ports.executor, ports.clock, ports.transport, ports.meta, ports.identity, ports.address_of,
           ports.audit_word, ports.is_changing, [this](const AgreementId& id) { return is_being_paid(id); }},
          agreements, ledger_, settings_),
      answerer_({ports.clock, ports.identity, ports.audit_word,
                 [this](const NodeId& owner) { return unpaid_.standing(owner); }},
                agreements, ledger_, settings_),
      unpaid_({ports.clock, ports.meta, [this] { return wallet_watch_.is_ready(); }, ports.stop_accepting,
               ports.delete_shards},
              agreements, ledger_, settings_),
      payer_({ports.executor, ports.clock, ports.random, ports.transport, ports.wallet, ports.address_of},
             ledger_, book_, peers_, settings_),
      payee_({ports.clock, ports.random, ports.wallet, ports.identity}, agreements, ledger_, book_,
             settings_),
      channels_({ports.clock, ports.meta, ports.wallet}, agreements, ledger_, peers_, settings_),
      rebalancer_({ports.clock, ports.random, ports.meta, ports.wallet}, book_, settings_) {
  agreements.on_revision = Ledger::append_revision;
  payee_.standing = [this](const AgreementId& id) { return standing_of(id); };
  payer_.on_standing = [this](const AgreementId& id, const wire::Standing& standing) {
    if (const auto* agreement = agreements_.find(id)) sender_.told(agreement->peer, standing);
  };
  sender_.on_statement = [this](const StatementEvent& event) {
    hooks.on_statement(event);
    if (event.state == StatementState::agreed) payer_.wake();
  };
  answerer_.on_statement = [this](const StatementEvent& event) { hooks.on_statement(event); };
  book_.on_change = [this](const Payment& payment) { hooks.on_payment(payment); };
  channels_.on_change = [this](const ChannelIntent& intent) { hooks.on_channel(intent); };
}

bool Payments::is_being_paid(const AgreementId& id) const {
  const auto* account = ledger_.find(id);
  return account != nullptr && book_.find(Direction::out, id, account->settlement + 1).has_value();
}

wire::Standing Payments::standing_of(const AgreementId& id) const {
  const auto* agreement = agreements_.find(id);
  return agreement == nullptr ? wire::Standing() : unpaid_.standing(agreement->peer);
}

Task<Result<void>> Payments::open() {
  if (auto done = co_await ledger_.open(); !done) co_return done;
  if (auto done = co_await book_.open(); !done) co_return done;
  if (auto done = co_await peers_.open(); !done) co_return done;
  if (auto done = co_await unpaid_.open(); !done) co_return done;
  if (auto done = co_await channels_.open(); !done) co_return done;
  co_return co_await rebalancer_.open();
}

void Payments::start(async::TaskGroup& tasks) {
  tasks.spawn(wallet_watch_.run());
  tasks.spawn(sender_.run());
  // Who cannot be paid waits for nobody.
  if (settings_.wallet == Settings::Wallet::none) return;
  tasks.spawn(unpaid_.run());
  tasks.spawn(payer_.run());
  tasks.spawn(payee_.run());
  tasks.spawn(channels_.run());
  tasks.spawn(rebalancer_.run());
}

bool Payments::answers(std::string_view operation) {
  return operation == wire::operations::kAgreeStatements || operation == wire::operations::kAskInvoice ||
         operation == wire::operations::kTellPaid || operation == wire::operations::kCancelInvoice;
}

Task<Result<PeerReply>> Payments::handle(PeerRequest& request) {
  const auto& operation = request.operation();
  if (operation == wire::operations::kAgreeStatements) co_return co_await answerer_.handle(request);
  if (operation == wire::operations::kAskInvoice) co_return co_await payee_.handle_invoice(request);
  if (operation == wire::operations::kTellPaid) co_return co_await payee_.handle_paid(request);
  co_return co_await payee_.handle_cancel(request);
}

}  // namespace mycostr::payment
