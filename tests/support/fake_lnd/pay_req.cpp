#include "support/fake_lnd/pay_req.hpp"

#include "base/bytes.hpp"
#include "crypto/sha256.hpp"

namespace mycostr::test {

namespace {

constexpr std::string_view kPrefix = "lnfake1";
constexpr std::size_t kCheckDigits = 8;

std::string check_digits(std::string_view bytes) {
  return crypto::sha256(as_bytes(bytes)).hex().substr(0, kCheckDigits);
}

}  // namespace

std::string encode_pay_req(const lnrpc::PayReq& terms) {
  const auto bytes = terms.SerializeAsString();
  return std::string(kPrefix) + to_hex(as_bytes(bytes)) + check_digits(bytes);
}

std::optional<lnrpc::PayReq> decode_pay_req(std::string_view text) {
  if (!text.starts_with(kPrefix) || text.size() < kPrefix.size() + kCheckDigits) return std::nullopt;
  text.remove_prefix(kPrefix.size());
  const auto digits = text.substr(0, text.size() - kCheckDigits);
  Bytes bytes(digits.size() / 2);
  lnrpc::PayReq terms;
  if (!from_hex(digits, bytes) || check_digits(as_text(bytes)) != text.substr(digits.size()) ||
      !terms.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return std::nullopt;
  }
  return terms;
}

}  // namespace mycostr::test
