#include "kaito/base/http/server_tls.h"

#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/http/server_options.h"
#include "kaito/base/http/server_request.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/tls/certificate.h"
#include "openssl/bio.h"
#include "openssl/err.h"
#include "openssl/pem.h"
#include "openssl/ssl.h"
#include "openssl/x509.h"

namespace kaito::http {
namespace {

template <auto kFree>
struct Deleter {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using BioPtr = std::unique_ptr<BIO, Deleter<BIO_free_all>>;
using X509Ptr = std::unique_ptr<X509, Deleter<X509_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;

absl::Status Failed(absl::string_view what) {
  ERR_clear_error();
  return absl::InvalidArgumentError(
      absl::StrCat("HTTP server: TLS: ", what, " can't be used"));
}

BioPtr ReaderOf(absl::string_view text) {
  return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

X509Ptr NextCertificate(BIO* bio) {
  return X509Ptr(PEM_read_bio_X509(bio, nullptr, nullptr, nullptr));
}

// The texts have been checked: only memory can run out here.
absl::Status UseIdentity(const tls::KeyedCertificate& identity,
                         SSL_CTX* context) {
  const BioPtr chain = ReaderOf(identity.certificate_pem);
  const X509Ptr leaf = NextCertificate(chain.get());
  if (leaf == nullptr || SSL_CTX_use_certificate(context, leaf.get()) != 1) {
    return Failed("the certificate");
  }
  while (X509Ptr next = NextCertificate(chain.get())) {
    if (SSL_CTX_add0_chain_cert(context, next.get()) != 1) {
      return Failed("the certificate's chain");
    }
    next.release();  // The context's now.
  }
  const BioPtr key_bio = ReaderOf(identity.key_pem.Reveal());
  const KeyPtr key(
      PEM_read_bio_PrivateKey(key_bio.get(), nullptr, nullptr, nullptr));
  if (key == nullptr || SSL_CTX_use_PrivateKey(context, key.get()) != 1) {
    return Failed("the private key");
  }
  ERR_clear_error();  // The end of the chain's text is an error to OpenSSL.
  return absl::OkStatus();
}

absl::Status UseClientAuthorities(const ServerTls& options, SSL_CTX* context) {
  if (options.client_certificates == ClientCertificates::kIgnore) {
    return absl::OkStatus();
  }
  KAITO_RETURN_IF_ERROR(
      Annotate(tls::ParseCertificates(options.client_ca_pem).status(),
               "HTTP server: clients' authorities"));
  const BioPtr bio = ReaderOf(options.client_ca_pem);
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  while (const X509Ptr authority = NextCertificate(bio.get())) {
    if (X509_STORE_add_cert(store, authority.get()) != 1 ||
        SSL_CTX_add_client_CA(context, authority.get()) != 1) {
      return Failed("the clients' authorities");
    }
  }
  ERR_clear_error();
  SSL_CTX_set_verify(context,
                     options.client_certificates == ClientCertificates::kRequire
                         ? SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT
                         : SSL_VERIFY_PEER,
                     nullptr);
  return absl::OkStatus();
}

int ChooseProtocol(SSL*, const unsigned char** chosen, unsigned char* size,
                   const unsigned char* offered, unsigned offered_size, void*) {
  static constexpr unsigned char kHttp11[] = "\x08http/1.1";
  unsigned char* selected = nullptr;
  if (SSL_select_next_proto(&selected, size, kHttp11, sizeof(kHttp11) - 1,
                            offered, offered_size) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_NOACK;
  }
  *chosen = selected;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

absl::StatusOr<SslContextPtr> MakeServerContext(const ServerTls& options) {
  KAITO_RETURN_IF_ERROR(
      Annotate(tls::CheckKeyMatches(options.identity.certificate_pem,
                                    options.identity.key_pem),
               "HTTP server"));
  SslContextPtr context(SSL_CTX_new(TLS_server_method()));
  // Sessions carry the client's identity: one of another kind of server must not
  // be taken up here, and without a name none is taken up at all.
  static constexpr unsigned char kSessions[] = "kaito-http";
  if (context == nullptr ||
      SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) != 1 ||
      SSL_CTX_set_session_id_context(context.get(), kSessions,
                                     sizeof(kSessions) - 1) != 1) {
    return Failed("the library");
  }
  SSL_CTX_set_options(context.get(),
                      SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_alpn_select_cb(context.get(), ChooseProtocol, nullptr);
  KAITO_RETURN_IF_ERROR(UseIdentity(options.identity, context.get()));
  KAITO_RETURN_IF_ERROR(UseClientAuthorities(options, context.get()));
  return context;
}

std::optional<PeerIdentity> VerifiedIdentity(const SSL* connection) {
  const X509Ptr certificate(SSL_get1_peer_certificate(connection));
  if (certificate == nullptr ||
      SSL_get_verify_result(connection) != X509_V_OK) {
    return std::nullopt;
  }
  const BioPtr bio(BIO_new(BIO_s_mem()));
  if (bio == nullptr || PEM_write_bio_X509(bio.get(), certificate.get()) != 1) {
    return std::nullopt;
  }
  char* pem = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &pem);  // NOLINT
  const absl::StatusOr<tls::CertificateInfo> info =
      tls::ParseCertificate(absl::string_view(pem, size));
  if (!info.ok()) return std::nullopt;
  return PeerIdentity{.common_name = info->common_name,
                      .organizations = info->organizations};
}

}  // namespace kaito::http
