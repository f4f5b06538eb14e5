#include <openssl/pem.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "net/openssl.hpp"
#include "net/tls_stream.hpp"
#include "unit/net/http_server_test.hpp"

namespace mycostr::net {
namespace {

/// A fresh key and its self-signed certificate as PEM files.
class ApiTlsTest : public HttpServerTest {
 protected:
  void SetUp() override {
    directory = std::filesystem::temp_directory_path() / fmt::format("mycostr-api-tls-{}", ::getpid());
    std::filesystem::create_directories(directory);
    const KeyPtr key(EVP_EC_gen("P-256"));
    const CertificatePtr certificate(X509_new());
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
    X509_set_pubkey(certificate.get(), key.get());
    ASSERT_GT(X509_sign(certificate.get(), key.get(), EVP_sha256()), 0);
    write("key.pem", [&](BIO* out) {
      return PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
    write("cert.pem", [&](BIO* out) { return PEM_write_bio_X509(out, certificate.get()); });
    const KeyPtr other(EVP_EC_gen("P-256"));
    write("other.pem", [&](BIO* out) {
      return PEM_write_bio_PrivateKey(out, other.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
    std::ofstream(directory / "garbage.pem") << "not a key";
  }
  void TearDown() override {
    HttpServerTest::TearDown();
    std::filesystem::remove_all(directory);
  }
  template <class Put>
  void write(const char* name, Put put) {
    const std::unique_ptr<BIO, OpensslFree<BIO_free>> out(BIO_new_file(path(name).c_str(), "w"));
    ASSERT_EQ(put(out.get()), 1);
  }
  std::string path(const char* name) const { return directory / name; }

  std::filesystem::path directory;
};

TEST_F(ApiTlsTest, ServesHttpOverTls) {
  server.emplace(loop, kAnyPort, handler, HttpServerLimits(), ApiTls(path("cert.pem"), path("key.pem")));
  server->start();
  struct Ask {
    static Task<std::string> in(boost::asio::io_context& on, Endpoint to, ssl_ctx_st* context,
                                std::string text) {
      BlockPools blocks;
      TlsStream stream(TcpSocket(on), context, TlsStream::Role::client, blocks.records);
      EXPECT_TRUE(co_await stream.link().connect({boost::asio::ip::make_address(to.host), to.port}));
      EXPECT_TRUE(co_await stream.handshake());
      EXPECT_FALSE(stream.peer_key()) << "no Ed25519 key";
      const std::array<ByteView, 1> pieces{as_bytes(text)};
      EXPECT_TRUE(co_await stream.write(pieces));
      std::string got;
      Bytes block(64 << 10);
      for (;;) {
        const auto count = co_await stream.read_some(block);
        EXPECT_TRUE(count) << "the end of TLS is said";
        if (!count || *count == 0) co_return got;
        got += as_text(ByteView(block).first(*count));
      }
    }
  };
  for (const auto version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const SslContextPtr context(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_max_proto_version(context.get(), version);
    const std::string large(3 << 20, 'l');
    const auto got = run(Ask::in(loop, server->endpoint(), context.get(),
                                 post_body("/echo", large) + get("/hello", "Connection: close\r\n")));
    EXPECT_TRUE(got.ends_with("\r\n\r\nhello"));
    EXPECT_GT(got.size(), large.size());
  }
  EXPECT_EQ(answer_to(get("/hello")).find("200 OK"), std::string::npos) << "plain HTTP on the TLS port";
}

TEST_F(ApiTlsTest, FilesThatCannotServeAreNamed) {
  for (const auto& [certificate, key, named] :
       {std::array{"none.pem", "key.pem", "none.pem"}, std::array{"cert.pem", "none.pem", "none.pem"},
        std::array{"garbage.pem", "key.pem", "garbage.pem"},
        std::array{"cert.pem", "other.pem", "other.pem"}}) {
    try {
      ApiTls(path(certificate), path(key));
      ADD_FAILURE() << certificate << " " << key;
    } catch (const std::runtime_error& error) {
      EXPECT_NE(std::string(error.what()).find(named), std::string::npos) << error.what();
    }
  }
}

}  // namespace
}  // namespace mycostr::net
