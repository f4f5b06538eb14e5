// lnd's words and the port's.
#include <grpcpp/support/status.h>
#include <gtest/gtest.h>

#include "lightning/errors.hpp"
#include "lightning/payment_status.hpp"
#include "lightning/wall_time.hpp"
#include "lnd/lightning.pb.h"

namespace mycostr::lightning {

TEST(LndErrors, AreToldApartByTheirTexts) {
  const std::vector<std::pair<const char*, Errc>> cases = {
      {"permission denied", Errc::forbidden},
      {"expected 1 macaroon, got 0", Errc::forbidden},
      {"cannot retrieve macaroon: cannot get macaroon: root key with id 7 doesn't exist", Errc::forbidden},
      {"verification failed: signature mismatch after caveat verification", Errc::forbidden},
      {"wallet locked, unlock it to enable full RPC access", Errc::unreachable},
      {"wallet not created, create one to enable full RPC access", Errc::unreachable},
      {"waiting to start, RPC services not available", Errc::unreachable},
      {"the RPC server is in the process of starting up, but not yet ready to accept calls",
       Errc::unreachable},
      {"server is still in the process of starting", Errc::unreachable},
      {"chain backend is still syncing, server not active yet", Errc::unreachable},
      {"routerrpc server shutting down", Errc::closed},
      {"server is shutting down", Errc::closed},
      {"invoice with payment hash already exists", Errc::exists},
      {"unable to locate invoice", Errc::not_found},
      {"there are no existing invoices", Errc::not_found},
      {"invoice already settled", Errc::conflict},
      {"already connected to peer: 02aa@127.0.0.1:1", Errc::exists},
      {"peer 02aa is not online", Errc::unreachable},
      {"not enough witness outputs to create funding transaction, need 1 BTC only have 0 BTC  available",
       Errc::not_enough},
      {"funder balance too small (-1) with fee=1 sat, minimum=354 sat required", Errc::not_enough},
      {"received funding error from 02aa: chan size of 0.00099999 BTC is below min chan size of 0.001 BTC",
       Errc::conflict},
      {"channel is too small, the minimum channel size is: 20000 SAT", Errc::invalid},
      {"something else", Errc::internal},
  };
  for (const auto& [text, code] : cases) {
    EXPECT_EQ(to_error({grpc::StatusCode::UNKNOWN, text}).code, code) << text;
  }
  EXPECT_EQ(to_error({grpc::StatusCode::UNKNOWN, "something else"}, Errc::invalid).code, Errc::invalid);
}

TEST(LndErrors, OnlyACallThatNeverLeftIsUnreachable) {
  const auto code = [](const char* text) { return to_error({grpc::StatusCode::UNAVAILABLE, text}).code; };
  EXPECT_EQ(
      code("failed to connect to all addresses; last error: UNKNOWN: ipv4:127.0.0.1:1: Failed to connect"),
      Errc::unreachable);
  EXPECT_EQ(code("DNS resolution failed for lnd:10009: C-ares status is not ARES_SUCCESS"),
            Errc::unreachable);
  EXPECT_EQ(code("Socket closed"), Errc::closed);
  EXPECT_EQ(code("recvmsg:Connection reset by peer"), Errc::closed);
}

TEST(LndErrors, CodesOfGrpcHaveTheirOwn) {
  const std::vector<std::pair<grpc::StatusCode, Errc>> cases = {
      {grpc::StatusCode::DEADLINE_EXCEEDED, Errc::timeout},
      {grpc::StatusCode::CANCELLED, Errc::closed},
      {grpc::StatusCode::UNAUTHENTICATED, Errc::forbidden},
      {grpc::StatusCode::PERMISSION_DENIED, Errc::forbidden},
      {grpc::StatusCode::NOT_FOUND, Errc::not_found},
      {grpc::StatusCode::ALREADY_EXISTS, Errc::exists},
      {grpc::StatusCode::INVALID_ARGUMENT, Errc::invalid},
      {grpc::StatusCode::UNIMPLEMENTED, Errc::internal},
      {grpc::StatusCode::RESOURCE_EXHAUSTED, Errc::internal},
  };
  for (const auto& [lnd, code] : cases) EXPECT_EQ(to_error({lnd, "x"}).code, code) << lnd;
}

TEST(LndErrors, DetailsAreShortAndPrintable) {
  const auto error = to_error({grpc::StatusCode::UNKNOWN, "bad\n\x1b[1m" + std::string(10'000, 'x')});
  EXPECT_LE(error.detail.size(), 310u);
  EXPECT_EQ(error.detail.substr(0, 13), "lnd: bad??[1m");
}

TEST(LndPayments, OnlyTheStatusDecides) {
  lnrpc::Payment payment;
  payment.set_failure_reason(lnrpc::FAILURE_REASON_TIMEOUT);
  for (const auto status : {lnrpc::Payment::IN_FLIGHT, lnrpc::Payment::INITIATED, lnrpc::Payment::UNKNOWN}) {
    payment.set_status(status);
    const auto out = to_payment_status(payment).value();
    EXPECT_EQ(out.state, PaymentStatus::State::in_flight);
    EXPECT_EQ(out.failure, PaymentFailure::none);
  }
}

TEST(LndPayments, TheLastTimeLockInFlightCounts) {
  lnrpc::Payment payment;
  payment.set_status(lnrpc::Payment::IN_FLIGHT);
  for (const auto& [status, lock] : {std::pair{lnrpc::HTLCAttempt::FAILED, 900u},
                                     {lnrpc::HTLCAttempt::IN_FLIGHT, 500u},
                                     {lnrpc::HTLCAttempt::IN_FLIGHT, 700u}}) {
    auto* attempt = payment.add_htlcs();
    attempt->set_status(status);
    attempt->mutable_route()->set_total_time_lock(lock);
    attempt->mutable_route()->add_hops()->set_chan_id(lock);
  }
  const auto out = to_payment_status(payment).value();
  EXPECT_EQ(out.expiry_height, 700u);
  EXPECT_EQ(out.channel, 500u);
}

TEST(LndPayments, OneInFlightHasTheFeeOfItsWay) {
  lnrpc::Payment payment;
  payment.set_status(lnrpc::Payment::IN_FLIGHT);
  for (const auto& [status, fee] :
       {std::pair{lnrpc::HTLCAttempt::FAILED, 4000}, {lnrpc::HTLCAttempt::IN_FLIGHT, 1001}}) {
    auto* attempt = payment.add_htlcs();
    attempt->set_status(status);
    attempt->mutable_route()->set_total_fees_msat(fee);
  }
  EXPECT_EQ(to_payment_status(payment).value().fee, Msat{1001});
}

TEST(LndPayments, ASuccessWithoutAPreimageIsNone) {
  lnrpc::Payment payment;
  payment.set_status(lnrpc::Payment::SUCCEEDED);
  payment.set_payment_preimage("00");
  EXPECT_EQ(to_payment_status(payment).error().code, Errc::internal);
}

TEST(LndTimes, AreBounded) {
  EXPECT_EQ(from_unix_seconds(1), from_unix_ms(1000));
  EXPECT_EQ(from_unix_seconds(-5, 3), from_unix_ms(3000));
  EXPECT_EQ(from_unix_seconds(INT64_MAX, INT64_MAX), from_unix_ms(2 * kMaxSeconds * 1000));
}

}  // namespace mycostr::lightning
