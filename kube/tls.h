#pragma once

#include "kube/credentials.h"

typedef struct ssl_ctx_st SSL_CTX;

namespace fusion::kube {

/// Sets the trusted CAs and the client certificate of `credentials` on `context`, and TLS 1.2 as the least
/// version.
///
/// With a CA of its own the context trusts that CA alone: the system's CAs are replaced. Errors (Invalid) say
/// which part of the credentials OpenSSL refuses, never its content.
Expected<void> configure_tls(SSL_CTX* context, const Credentials& credentials);

/// The same on a context that is thrown away: whether these credentials can be used at all.
Expected<void> check_tls(const Credentials& credentials);

}  // namespace fusion::kube
