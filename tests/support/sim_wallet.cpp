#include "support/sim_wallet.hpp"

#include <algorithm>

#include "crypto/sha256.hpp"
#include "support/delay.hpp"

namespace mycostr::test {
namespace {

constexpr std::string_view kPrefix = "lnsim1";
constexpr Duration kNoNews = std::chrono::hours(1);

PaymentHash hash_of(const Preimage& preimage) {
  return PaymentHash{crypto::sha256(preimage.view()).bytes};
}

}  // namespace

std::string encode_sim_invoice(const DecodedInvoice& invoice) {
  std::string raw(invoice.hash.text());
  raw += invoice.payee.text();
  raw += invoice.description_hash.text();
  append_be64(raw, static_cast<std::uint64_t>(invoice.amount.value));
  append_be64(raw, static_cast<std::uint64_t>(to_unix_ms(invoice.created)));
  append_be64(raw, static_cast<std::uint64_t>(to_unix_ms(invoice.expires)));
  return std::string(kPrefix) + to_hex(as_bytes(raw));
}

std::optional<DecodedInvoice> decode_sim_invoice(std::string_view text) {
  std::array<std::uint8_t, 32 + 33 + 32 + 24> raw{};
  if (!text.starts_with(kPrefix) || !from_hex(text.substr(kPrefix.size()), raw)) return std::nullopt;
  const ByteView all = raw;
  const auto number = [&](std::size_t at) {
    return static_cast<std::int64_t>(read_be64(all.subspan(at, 8)));
  };
  return DecodedInvoice{.hash = *PaymentHash::from(all.first(32)),
                        .payee = *LightningKey::from(all.subspan(32, 33)),
                        .amount = Msat{number(97)},
                        .description_hash = *Digest::from(all.subspan(65, 32)),
                        .created = from_unix_ms(number(105)),
                        .expires = from_unix_ms(number(113))};
}

Task<Result<void>> SimWallet::ask() {
  co_await delay(network_.clock_, std::chrono::microseconds(500 + network_.random_.below(4'000)));
  if (!is_running_ || state_ == WalletState::offline || state_ == WalletState::none ||
      state_ == WalletState::locked || state_ == WalletState::starting) {
    co_return fail(Errc::unreachable, "the wallet does not answer");
  }
  if (state_ == WalletState::forbidden) co_return fail(Errc::forbidden, "permission denied");
  if (network_.random_.chance(faults.lost_requests, 1000))
    co_return fail(Errc::unreachable, "the connection failed");
  co_return Result<void>();
}

Task<Result<void>> SimWallet::answered(std::uint64_t life) {
  Duration time = std::chrono::microseconds(500 + network_.random_.below(4'000));
  if (network_.random_.chance(faults.slow_answers, 1000))
    time = std::chrono::milliseconds(network_.random_.below(20'000));
  co_await network_.clock_.sleep_for(time);
  if (life != life_ || network_.random_.chance(faults.lost_answers, 1000))
    co_return fail(Errc::closed, "the connection ended");
  co_return Result<void>();
}

void SimWallet::kill() {
  is_running_ = false;
  ++life_;
  network_.ended(number_);
  changed_.notify_all();
}

void SimWallet::start() {
  is_running_ = true;
  network_.returned(number_);
}

Msat SimWallet::balance() const {
  Msat out;
  for (const auto& channel : network_.channels_) {
    for (std::size_t end = 0; end < 2; ++end) {
      if (channel.ends[end] == number_) out.value += channel.msat[end];
    }
  }
  return out;
}

Task<WalletStatus> SimWallet::status() {
  co_await delay(network_.clock_, std::chrono::milliseconds(1));
  WalletStatus out{.state = is_running_ ? state_ : WalletState::offline};
  if (out.state != WalletState::ready && out.state != WalletState::unsynced) co_return out;
  out.key = key_;
  out.addresses = {address()};
  out.height = network_.height();
  co_return out;
}

// As payee.

SimWallet::Issued* SimWallet::issued(const PaymentHash& hash) {
  const auto at = invoices_.find(hash);
  if (at == invoices_.end()) return nullptr;
  auto& invoice = at->second.invoice;
  if (invoice.state == Invoice::State::open && network_.clock_.wall_now() >= invoice.expires)
    invoice.state = Invoice::State::cancelled;
  return &at->second;
}

Task<Result<Invoice>> SimWallet::add_invoice(NewInvoice wanted) {
  if (auto asked = co_await ask(); !asked) co_return std::unexpected(asked.error());
  const auto life = life_;
  const auto hash = hash_of(wanted.preimage);
  if (issued(hash) == nullptr) {
    const auto now = network_.clock_.wall_now();
    Invoice made{.hash = hash, .amount = wanted.amount, .expires = now + wanted.expiry};
    made.request =
        encode_sim_invoice({hash, key_, wanted.amount, wanted.description_hash, now, made.expires});
    invoices_.emplace(hash, Issued{made, wanted.preimage, wanted.description_hash});
  }
  const auto out = issued(hash)->invoice;
  if (auto done = co_await answered(life); !done) co_return std::unexpected(done.error());
  if (out.amount != wanted.amount) co_return fail(Errc::exists, "the preimage with another amount");
  co_return out;
}

Task<Result<Invoice>> SimWallet::find_invoice(PaymentHash hash) {
  if (auto asked = co_await ask(); !asked) co_return std::unexpected(asked.error());
  const auto life = life_;
  const auto* found = issued(hash);
  const auto out = found == nullptr ? Result<Invoice>(fail(Errc::not_found, "no such invoice"))
                                    : Result<Invoice>(found->invoice);
  if (auto done = co_await answered(life); !done) co_return std::unexpected(done.error());
  co_return out;
}

Task<Result<void>> SimWallet::cancel_invoice(PaymentHash hash) {
  if (auto asked = co_await ask(); !asked) co_return asked;
  const auto life = life_;
  Result<void> out;
  auto* found = issued(hash);
  if (found == nullptr) {
    out = fail(Errc::not_found, "no such invoice");
  } else if (found->invoice.state == Invoice::State::settled) {
    out = fail(Errc::conflict, "the invoice is settled");
  } else {
    found->invoice.state = Invoice::State::cancelled;
    network_.cancelled(number_, hash);
  }
  if (auto done = co_await answered(life); !done) co_return done;
  co_return out;
}

void SimWallet::was_paid(Issued& of, std::uint64_t channel) {
  of.invoice.state = Invoice::State::settled;
  of.invoice.paid = of.invoice.amount;
  of.invoice.settled_at = network_.clock_.wall_now();
  of.invoice.channel = channel;
  if (network_.random_.chance(faults.lost_hints, 1000)) return;
  network_.clock_.call_at(network_.clock_.now() + std::chrono::milliseconds(2),
                          [this, hash = of.invoice.hash] {
                            if (is_running_ && state_ == WalletState::ready && on_settled) on_settled(hash);
                          });
}

// As payer.

Task<Result<DecodedInvoice>> SimWallet::decode(std::string invoice) {
  if (auto asked = co_await ask(); !asked) co_return std::unexpected(asked.error());
  if (auto done = co_await answered(life_); !done) co_return std::unexpected(done.error());
  const auto out = decode_sim_invoice(invoice);
  if (!out) co_return fail(Errc::invalid, "not an invoice");
  co_return *out;
}

Result<PaymentStatus> SimWallet::begin_send(const SendRequest& request) {
  using State = PaymentStatus::State;
  const auto invoice = decode_sim_invoice(request.invoice);
  if (!invoice) return fail(Errc::invalid, "not an invoice");
  const auto before = outgoing_.find(invoice->hash);
  if (before != outgoing_.end() && before->second.status.state != State::failed)
    return fail(Errc::exists, "payment is in transition, or paid");
  if (network_.clock_.wall_now() >= invoice->expires)
    return PaymentStatus{.state = State::failed, .failure = PaymentFailure::expired};
  ++sends_;
  auto& row = outgoing_[invoice->hash] = {};
  auto hops = network_.route(number_, *invoice, request);
  if (!hops) {
    row.status = {.state = State::failed, .failure = hops.error()};
    return row.status;
  }
  row.status.state = State::in_flight;
  row.status.expiry_height = network_.height() + 80;
  if (!network_.random_.chance(network_.phantoms_, 1000)) {
    row.flight = network_.launch(number_, *invoice, std::move(*hops));
    row.status.expiry_height = network_.flights_.at(row.flight).expiry_height;
  }
  return row.status;
}

Task<Result<PaymentStatus>> SimWallet::send(SendRequest request) {
  using State = PaymentStatus::State;
  if (auto asked = co_await ask(); !asked) co_return std::unexpected(asked.error());
  const auto life = life_;
  auto out = begin_send(request);
  if (out && out->state == State::in_flight) {
    const auto hash = decode_sim_invoice(request.invoice)->hash;
    while (life == life_ && outgoing_[hash].status.state == State::in_flight) co_await changed_.wait();
    out = outgoing_[hash].status;
  }
  if (auto done = co_await answered(life); !done) co_return std::unexpected(done.error());
  co_return out;
}

void SimWallet::outcome(const PaymentHash& hash, PaymentStatus status) {
  outgoing_[hash] = {status, 0};
  changed_.notify_all();
}

Task<Result<PaymentStatus>> SimWallet::track(PaymentHash hash) {
  if (auto asked = co_await ask(); !asked) co_return std::unexpected(asked.error());
  const auto life = life_;
  const auto found = outgoing_.find(hash);
  const auto out = found == outgoing_.end() ? PaymentStatus() : found->second.status;
  if (auto done = co_await answered(life); !done) co_return std::unexpected(done.error());
  co_return out;
}

}  // namespace mycostr::test
