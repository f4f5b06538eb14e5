#include "payment/payee.hpp"

#include "payment/next_step.hpp"
#include "support/local_request.hpp"
#include "unit/payment/paying_world.hpp"

namespace mycostr::payment {
namespace {

using namespace std::chrono_literals;

/// The holder alone, called as an owner would that keeps to no rules.
class PayeeTest : public testing::Test {
 protected:
  PayeeTest() {
    world_.owner.life->tasks.cancel();
    world_.lightning.open(world_.owner.wallet, world_.holder.wallet, 1'000'000);
    world_.owe(200'000);
    world_.pass(1ms);
  }

  Result<PeerReply> call(const char* operation, Bytes message) {
    return call_as(world_.owner.identity, operation, std::move(message));
  }
  Result<PeerReply> call_as(const crypto::Identity& from, const char* operation, Bytes message) {
    test::LocalRequest request({from.id(), from.public_key()}, {operation, std::move(message), {}});
    return world_.clock.run(world_.holder.handle(request));
  }
  wire::AskInvoice ask(std::uint32_t attempt = 0) {
    const auto settlement = world_.clock.run(world_.holder.life->ledger.unsettled(world_.id));
    if (*settlement) settlement_ = **settlement;
    return {.agreement = world_.id,
            .settlement = settlement_.number,
            .last = settlement_.last,
            .amount = settlement_.amount,
            .digest = settlement_.digest,
            .attempt = attempt};
  }
  Result<wire::InvoiceReply> invoice(const wire::AskInvoice& message) {
    const auto reply = call(wire::operations::kAskInvoice, wire::encode(message));
    if (!reply) return std::unexpected(reply.error());
    return wire::decode_invoice_reply(reply->message);
  }
  /// The invoice, or why there is none.
  std::string text(const wire::AskInvoice& message) {
    const auto reply = invoice(message);
    return reply ? reply->invoice : to_string(reply.error());
  }
  Errc refusal(const wire::AskInvoice& message) {
    const auto reply = invoice(message);
    EXPECT_FALSE(reply);
    return reply ? Errc::internal : reply.error().code;
  }
  PaymentHash hash_of_attempt(std::uint32_t attempt) const {
    return hash_of(preimage_of(world_.holder.identity, world_.id, 1, attempt));
  }
  Result<wire::CancelReply> cancel(std::uint32_t attempt) {
    const auto reply =
        call(wire::operations::kCancelInvoice,
             wire::encode(wire::CancelInvoice{world_.id, 1, attempt, hash_of_attempt(attempt)}));
    if (!reply) return std::unexpected(reply.error());
    return wire::decode_cancel_reply(reply->message);
  }
  void pay(const std::string& request) {
    const auto status = world_.clock.run(world_.owner.wallet.send({.invoice = request, .max_fee = {}}));
    ASSERT_TRUE(status);
    EXPECT_EQ(status->state, PaymentStatus::State::succeeded);
  }

  PayingWorld world_{1};
  Settlement settlement_{};
};

TEST_F(PayeeTest, GivesTheSameInvoiceForTheSameQuestionAcrossACrash) {
  const auto first = invoice(ask());
  ASSERT_TRUE(first) << to_string(first.error());
  const auto decoded = test::decode_sim_invoice(first->invoice);
  ASSERT_TRUE(decoded);
  EXPECT_TRUE(check_invoice(*decoded, first->wallet, settlement_, world_.clock.wall_now()));
  EXPECT_EQ(first->addresses, std::vector{world_.holder.wallet.address()});
  for (int i = 0; i < 3; ++i) {
    world_.holder.restart();
    world_.pass(1s);
    EXPECT_EQ(text(ask()), first->invoice);
  }
  EXPECT_EQ(world_.holder.wallet.invoice_count(), 1U);
}

TEST_F(PayeeTest, AgreesToNoOtherFiguresThanItsOwn) {
  auto message = ask();
  ++message.amount.value;
  EXPECT_EQ(refusal(message), Errc::conflict);
  message = ask();
  message.digest.bytes[0] ^= 1;
  EXPECT_EQ(refusal(message), Errc::conflict);
  message = ask();
  message.settlement = 2;
  EXPECT_EQ(refusal(message), Errc::conflict);
  message = ask();
  ++message.last;
  EXPECT_EQ(refusal(message), Errc::conflict);
  EXPECT_EQ(world_.holder.wallet.invoice_count(), 0U);
}

TEST_F(PayeeTest, NobodyElseIsAnswered) {
  const auto stranger = crypto::Identity(world_.random.make<crypto::Identity::Seed>());
  ASSERT_TRUE(invoice(ask()));
  const auto code = [&](const char* operation, const Bytes& message) {
    return call_as(stranger, operation, message).error().code;
  };
  EXPECT_EQ(code(wire::operations::kAskInvoice, wire::encode(ask())), Errc::forbidden);
  EXPECT_EQ(code(wire::operations::kCancelInvoice,
                 wire::encode(wire::CancelInvoice{world_.id, 1, 0, hash_of_attempt(0)})),
            Errc::forbidden);
  auto message = ask();
  message.agreement.bytes[0] ^= 1;
  EXPECT_EQ(refusal(message), Errc::not_found);
  EXPECT_EQ(call(wire::operations::kAskInvoice, Bytes{1, 2, 3}).error().code, Errc::invalid);
}

TEST_F(PayeeTest, ThereIsNoSecondInvoiceWhileTheFirstCanBePaid) {
  ASSERT_TRUE(invoice(ask()));
  EXPECT_EQ(refusal(ask(1)), Errc::conflict);
  world_.pass(1h);
  EXPECT_EQ(refusal(ask(0)), Errc::exists) << "expired";
  const auto second = invoice(ask(1));
  ASSERT_TRUE(second);
  EXPECT_EQ(test::decode_sim_invoice(second->invoice)->hash, hash_of_attempt(1));
  EXPECT_EQ(refusal(ask(0)), Errc::exists);
}

TEST_F(PayeeTest, NorOnceItIsPaid) {
  const auto first = invoice(ask());
  pay(first->invoice);
  const auto message = ask(1);
  EXPECT_EQ(refusal(message), Errc::conflict) << "before it has looked itself";
  world_.pass(1s);
  EXPECT_EQ(refusal(message), Errc::conflict);
  auto again = message;
  again.attempt = 0;
  EXPECT_EQ(text(again), first->invoice) << "for an owner that has forgotten it";
}

TEST_F(PayeeTest, ItsWordIsFinal) {
  ASSERT_TRUE(invoice(ask()));
  const auto first = cancel(0);
  ASSERT_TRUE(first) << to_string(first.error());
  const auto word =
      wire::decode_invoice_cancelled(std::get<Bytes>(*first), world_.holder.identity.public_key());
  ASSERT_TRUE(word);
  EXPECT_EQ(word->hash, hash_of_attempt(0));
  world_.holder.restart();
  world_.pass(1s);
  EXPECT_EQ(*cancel(0), *first) << "the same word, not another one";
  EXPECT_EQ(refusal(ask(0)), Errc::exists);
  const auto found = world_.clock.run(world_.holder.wallet.find_invoice(hash_of_attempt(0)));
  EXPECT_EQ(found->state, Invoice::State::cancelled);
  EXPECT_TRUE(invoice(ask(1)));
}

TEST_F(PayeeTest, WhatIsPaidIsNotCancelled) {
  const auto made = invoice(ask());
  pay(made->invoice);
  const auto answer = cancel(0);
  ASSERT_TRUE(answer);
  EXPECT_EQ(std::get<Preimage>(*answer), preimage_of(world_.holder.identity, world_.id, 1, 0));
  EXPECT_EQ(world_.holders().owed(), Msat{0});
}

TEST_F(PayeeTest, CancelsNoInvoiceItNeverMade) {
  EXPECT_EQ(cancel(0).error().code, Errc::not_found);
  ASSERT_TRUE(invoice(ask()));
  const auto other = wire::CancelInvoice{world_.id, 1, 0, world_.random.make<PaymentHash>()};
  EXPECT_EQ(call(wire::operations::kCancelInvoice, wire::encode(other)).error().code, Errc::not_found);
}

TEST_F(PayeeTest, FindsAPaymentByItselfWithoutHintOrWord) {
  world_.holder.wallet.faults.lost_hints = 1000;
  const auto made = invoice(ask());
  pay(made->invoice);
  world_.pass(90s);
  EXPECT_EQ(world_.holders().owed(), Msat{0});
  EXPECT_EQ(world_.last_payment(world_.holder).preimage,
            preimage_of(world_.holder.identity, world_.id, 1, 0));
}

TEST_F(PayeeTest, FindsAPaymentMadeWhileItWasDown) {
  const auto made = invoice(ask());
  world_.holder.crash(test::Crash::process_kill);
  pay(made->invoice);
  world_.holder.start();
  world_.pass(1s);
  EXPECT_EQ(world_.holders().owed(), Msat{0});
}

TEST_F(PayeeTest, BelievesAPreimageOnlyWithItsOwnWallet) {
  ASSERT_TRUE(invoice(ask()));
  const auto preimage = preimage_of(world_.holder.identity, world_.id, 1, 0);
  const auto tell = [&](Preimage shown) {
    const wire::TellPaid message{world_.id, 1, hash_of_attempt(0), shown};
    return call(wire::operations::kTellPaid, wire::encode(message)).error().code;
  };
  EXPECT_EQ(tell(preimage), Errc::conflict);
  EXPECT_EQ(tell(Preimage()), Errc::invalid);
  EXPECT_EQ(world_.holders().owed(), Msat{200'000});
}

TEST_F(PayeeTest, AnInvoiceThatWasNotPaidInTimeIsShownAsFailed) {
  ASSERT_TRUE(invoice(ask()));
  world_.pass(1h + 2min);
  EXPECT_EQ(world_.last_payment(world_.holder).state, PaymentState::failed);
  EXPECT_TRUE(world_.last_payment(world_.holder).problem.starts_with("unpaid"));
}

TEST_F(PayeeTest, WithoutItsWalletItPromisesNothing) {
  world_.holder.wallet.kill();
  EXPECT_EQ(refusal(ask()), Errc::unreachable);
  world_.holder.wallet.start();
  ASSERT_TRUE(invoice(ask()));
  world_.holder.wallet.kill();
  EXPECT_EQ(cancel(0).error().code, Errc::unreachable);
}

TEST_F(PayeeTest, AttemptsCannotBeAskedForInCircles) {
  std::uint32_t made = 0;
  for (std::uint32_t attempt = 0; attempt < 50; ++attempt) {
    if (!invoice(ask(made))) break;
    ASSERT_TRUE(cancel(made));
    ++made;
  }
  EXPECT_LE(made, 2U);
}

}  // namespace
}  // namespace mycostr::payment
