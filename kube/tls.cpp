#include "kube/tls.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>

namespace fusion::kube {
namespace {

template <auto release>
struct Release {
  template <class T>
  void operator()(T* handle) const {
    release(handle);
  }
};

using Bio = std::unique_ptr<BIO, Release<BIO_free>>;
using Certificate = std::unique_ptr<X509, Release<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY_free>>;
using Store = std::unique_ptr<X509_STORE, Release<X509_STORE_free>>;
using Context = std::unique_ptr<SSL_CTX, Release<SSL_CTX_free>>;

Bio bio_of(const std::string& pem) { return Bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))); }

Certificate next_certificate(BIO* bio) {
  return Certificate(PEM_read_bio_X509(bio, nullptr, nullptr, nullptr));
}

tl::unexpected<Error> refuse(const std::string& part) {
  const auto code = ERR_peek_last_error();
  const char* why = ERR_reason_error_string(code);
  ERR_clear_error();
  return fail({Reason::Invalid,
               "the " + part + " of the Kubernetes credentials cannot be used" +
                   (why == nullptr ? "" : std::string(": ") + why),
               {},
               0});
}

Expected<void> trust_only(SSL_CTX* context, const std::string& ca_pem) {
  Store store(X509_STORE_new());
  const auto bio = bio_of(ca_pem);
  int count = 0;
  for (auto ca = next_certificate(bio.get()); ca; ca = next_certificate(bio.get())) {
    if (X509_STORE_add_cert(store.get(), ca.get()) != 1) return refuse("CA certificate");
    ++count;
  }
  if (count == 0) return refuse("CA certificate");
  ERR_clear_error();  // reading ends with "no start line"
  SSL_CTX_set_cert_store(context, store.release());
  return {};
}

Expected<void> present(SSL_CTX* context, const std::string& cert_pem, const std::string& key_pem) {
  const auto bio = bio_of(cert_pem);
  const auto certificate = next_certificate(bio.get());
  if (!certificate || SSL_CTX_use_certificate(context, certificate.get()) != 1)
    return refuse("client certificate");
  for (auto issuer = next_certificate(bio.get()); issuer; issuer = next_certificate(bio.get())) {
    if (SSL_CTX_add1_chain_cert(context, issuer.get()) != 1) return refuse("client certificate's chain");
  }
  ERR_clear_error();
  const Key key(PEM_read_bio_PrivateKey(bio_of(key_pem).get(), nullptr, nullptr, nullptr));
  if (!key || SSL_CTX_use_PrivateKey(context, key.get()) != 1) return refuse("client key");
  return {};
}

}  // namespace

Expected<void> configure_tls(SSL_CTX* context, const Credentials& credentials) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  if (!credentials.ca_pem.empty()) {
    if (auto trusted = trust_only(context, credentials.ca_pem); !trusted) return trusted;
  }
  if (!credentials.client_cert_pem.empty()) {
    return present(context, credentials.client_cert_pem, credentials.client_key_pem);
  }
  return {};
}

Expected<void> check_tls(const Credentials& credentials) {
  const Context context(SSL_CTX_new(TLS_client_method()));
  return configure_tls(context.get(), credentials);
}

}  // namespace fusion::kube
