#include "net/tls_stream.hpp"

#include "net/openssl.hpp"

namespace mycostr::net {
namespace {

constexpr std::size_t kRecord = 16 << 10;             // plaintext of a full TLS record
constexpr std::size_t kRecordOnWire = kRecord + 256;  // with all that a cipher may add

}  // namespace

/// OpenSSL's way in and out of the wire's blocks.
struct TlsStream::Bio {
  static int read(BIO* bio, char* out, int length) {
    auto& wire = *static_cast<Wire*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    const auto count = std::min<std::size_t>(static_cast<std::size_t>(length), wire.in_end - wire.in_begin);
    if (count == 0) {
      BIO_set_retry_read(bio);
      return -1;
    }
    std::memcpy(out, wire.in.data() + wire.in_begin, count);
    wire.in_begin += count;
    return static_cast<int>(count);
  }
  static int write(BIO* bio, const char* in, int length) {
    auto& wire = *static_cast<Wire*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    if (!wire.out) wire.out = wire.blocks.take();
    const auto count =
        std::min<std::size_t>(static_cast<std::size_t>(length), wire.out.size() - wire.out_size);
    if (count == 0) {
      BIO_set_retry_write(bio);
      return -1;
    }
    std::memcpy(wire.out.data() + wire.out_size, in, count);
    wire.out_size += count;
    return static_cast<int>(count);
  }
  static long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

  static const BIO_METHOD* method() {
    static const BioMethodPtr made = [] {
      BioMethodPtr method(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "mycostr blocks"));
      openssl_check(method != nullptr, "BIO method");
      BIO_meth_set_read(method.get(), read);
      BIO_meth_set_write(method.get(), write);
      BIO_meth_set_ctrl(method.get(), control);
      return method;
    }();
    return made.get();
  }
};

/// What is left of a write, record by record. Small neighbours are joined, so that a head and its body are
/// one record.
class TlsStream::Plaintext {
 public:
  explicit Plaintext(std::span<const ByteView> pieces) : pieces_(pieces) { skip_done(); }
  bool empty() const { return pieces_.empty(); }
  std::size_t size() const {
    std::size_t out = 0;
    for (const auto piece : pieces_) out += piece.size();
    return out - offset_;
  }
  /// Up to one record; in `joined` where it comes from several pieces.
  ByteView next(std::span<std::uint8_t, kRecord> joined) const {
    const auto first = pieces_.front().subspan(offset_);
    if (first.size() >= kRecord || pieces_.size() == 1) return first.first(std::min(first.size(), kRecord));
    std::size_t filled = 0;
    auto offset = offset_;
    for (const auto piece : pieces_) {
      const auto part = piece.subspan(offset, std::min(piece.size() - offset, kRecord - filled));
      std::ranges::copy(part, joined.begin() + filled);
      filled += part.size();
      offset = 0;
    }
    return joined.first(filled);
  }
  void consume(std::size_t count) {
    while (count > 0) {
      const auto step = std::min(count, pieces_.front().size() - offset_);
      offset_ += step;
      count -= step;
      skip_done();
    }
  }

 private:
  void skip_done() {
    while (!pieces_.empty() && offset_ == pieces_.front().size()) {
      pieces_ = pieces_.subspan(1);
      offset_ = 0;
    }
  }
  std::span<const ByteView> pieces_;
  std::size_t offset_ = 0;
};

void TlsStream::Free::operator()(ssl_st* ssl) const {
  SSL_free(ssl);
}

TlsStream::TlsStream(TcpSocket socket, ssl_ctx_st* context, Role role, BlockPool& blocks)
    : link_(std::move(socket)), wire_{blocks, {}, 0, 0, {}, 0}, ssl_(SSL_new(context)) {
  openssl_check(ssl_ != nullptr, "TLS connection");
  BIO* bio = BIO_new(Bio::method());
  openssl_check(bio != nullptr, "BIO");
  BIO_set_data(bio, &wire_);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);
  role == Role::client ? SSL_set_connect_state(ssl_.get()) : SSL_set_accept_state(ssl_.get());
}

TlsStream::~TlsStream() = default;

/// What OpenSSL waits for after a call that did not succeed.
Result<TlsStream::Want> TlsStream::want(int result) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return Want::receive;
    case SSL_ERROR_WANT_WRITE:
      return Want::send;
    case SSL_ERROR_ZERO_RETURN:
      ended_ = true;
      return Want::nothing;
    default:
      return fail(Errc::invalid, "TLS: " + openssl_reason());
  }
}

Task<Result<void>> TlsStream::handshake() {
  for (;;) {
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl_.get());
    const auto next = result == 1 ? Result<Want>(Want::nothing) : want(result);
    // Also after a failure: the alert says why to the other side.
    const auto sent = co_await flush();
    if (!next) co_return std::unexpected(next.error());
    if (!sent) co_return std::unexpected(sent.error());
    if (result == 1) break;
    if (ended_) co_return fail(Errc::closed, "TLS: ended during the handshake");
    if (const auto done = co_await satisfy(*next); !done) co_return std::unexpected(done.error());
  }
  release_read_block();
  co_return Result<void>();
}

std::optional<PublicKey> TlsStream::peer_key() const {
  const CertificatePtr certificate(SSL_get1_peer_certificate(ssl_.get()));
  if (!certificate) return std::nullopt;
  EVP_PKEY* key = X509_get0_pubkey(certificate.get());
  if (key == nullptr || EVP_PKEY_get_id(key) != EVP_PKEY_ED25519) return std::nullopt;
  PublicKey out;
  auto length = out.bytes.size();
  if (EVP_PKEY_get_raw_public_key(key, out.bytes.data(), &length) != 1) return std::nullopt;
  return out;
}

Result<std::size_t> TlsStream::decrypt(MutableBytes out, Want& next) {
  std::size_t filled = 0;
  ERR_clear_error();
  while (filled < out.size()) {
    keep_memory(wire_.in_end - wire_.in_begin > kRecordOnWire);
    std::size_t count = 0;
    const int result = SSL_read_ex(ssl_.get(), out.data() + filled, out.size() - filled, &count);
    if (result != 1) {
      const auto wanted = want(result);
      if (!wanted && filled == 0) return std::unexpected(wanted.error());
      if (wanted) next = *wanted;  // a failure after good bytes comes again with the next call
      break;
    }
    filled += count;
  }
  release_read_block();
  return filled;
}

Task<Result<std::size_t>> TlsStream::read_some(MutableBytes out) {
  for (;;) {
    if (ended_) co_return std::size_t{0};
    auto next = Want::nothing;
    const auto count = decrypt(out, next);
    if (!count || *count > 0) co_return count;
    if (const auto done = co_await satisfy(next); !done) co_return std::unexpected(done.error());
  }
}

Task<Result<void>> TlsStream::satisfy(Want next) {
  // An answer that OpenSSL owes (a key update) goes out before anything is waited for.
  if (wire_.out_size > 0 || next == Want::send) {
    if (const auto sent = co_await flush(); !sent) co_return sent;
  }
  if (next == Want::receive) co_return co_await receive();
  co_return Result<void>();
}

Task<Result<void>> TlsStream::receive() {
  for (;;) {
    if (!wire_.in) wire_.in = wire_.blocks.take();
    const auto got = link_.try_receive({wire_.in.data(), wire_.in.size()});
    if (!got) co_return std::unexpected(got.error());
    if (*got) {
      if (**got == 0) co_return fail(Errc::closed, "connection ended without the end of TLS");
      wire_.in_begin = 0;
      wire_.in_end = **got;
      co_await link_.give_way();
      co_return Result<void>();
    }
    wire_.in = Block();
    if (const auto ready = co_await link_.wait_readable(); !ready) co_return ready;
  }
}

/// A connection that waits has no record's memory, which OpenSSL would otherwise give back, and ask for
/// again, for each of many records in a row.
void TlsStream::keep_memory(bool is_record_next) {
  if (is_record_next == keeps_memory_) return;
  keeps_memory_ = is_record_next;
  is_record_next ? SSL_clear_mode(ssl_.get(), SSL_MODE_RELEASE_BUFFERS)
                 : SSL_set_mode(ssl_.get(), SSL_MODE_RELEASE_BUFFERS);
}

void TlsStream::release_read_block() {
  if (wire_.in_begin == wire_.in_end) wire_.in = Block();
}

Result<void> TlsStream::encrypt(Plaintext& rest) {
  std::array<std::uint8_t, kRecord> joined;
  ERR_clear_error();
  if (!wire_.out) wire_.out = wire_.blocks.take();
  while (!rest.empty() && wire_.out.size() - wire_.out_size >= kRecordOnWire) {
    const auto record = rest.next(joined);
    keep_memory(rest.size() > record.size() && wire_.out.size() - wire_.out_size >= 2 * kRecordOnWire);
    std::size_t written = 0;
    if (SSL_write_ex(ssl_.get(), record.data(), record.size(), &written) != 1) {
      return fail(Errc::invalid, "TLS: " + openssl_reason());
    }
    rest.consume(written);
  }
  return {};
}

Task<Result<void>> TlsStream::write(std::span<const ByteView> pieces) {
  Plaintext rest(pieces);
  while (!rest.empty()) {
    if (const auto done = encrypt(rest); !done) co_return done;
    if (const auto sent = co_await flush(); !sent) co_return sent;
  }
  co_return Result<void>();
}

Task<Result<void>> TlsStream::flush() {
  if (wire_.out_size == 0) co_return Result<void>();
  const std::array<ByteView, 1> all{ByteView(wire_.out.data(), wire_.out_size)};
  const auto sent = co_await link_.send(all);
  wire_.out_size = 0;
  wire_.out = Block();
  co_return sent;
}

Task<Result<void>> TlsStream::wait_readable() {
  if (ended_ || wire_.in_begin < wire_.in_end || SSL_has_pending(ssl_.get()) == 1) co_return Result<void>();
  co_return co_await link_.wait_readable();
}

Task<Result<void>> TlsStream::shutdown() {
  ERR_clear_error();
  SSL_shutdown(ssl_.get());  // its result speaks of the other side's end only
  const auto sent = co_await flush();
  link_.shutdown_send();
  co_return sent;
}

bool TlsStream::quiet() {
  return !ended_ && wire_.in_begin == wire_.in_end && SSL_has_pending(ssl_.get()) == 0 && link_.quiet();
}

}  // namespace mycostr::net
