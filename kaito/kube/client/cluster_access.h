#ifndef KAITO_KUBE_CLIENT_CLUSTER_ACCESS_H_
#define KAITO_KUBE_CLIENT_CLUSTER_ACCESS_H_

// Where an API server is and how to be let in: what a kubeconfig or a pod's
// service account comes down to. Made by kube_config.h and access_loader.h,
// used by transport.h.
//
//   const ClusterAccess access{.server = "https://10.0.0.1:6443",
//                              .ca_file = "/etc/ca.crt",
//                              .token_file = "/var/run/.../token"};

#include <map>
#include <string>
#include <vector>

#include "kaito/base/log/secret.h"

namespace kaito::kube {

// To act as someone else; needs the right to.
struct Impersonation {
  std::string user;
  std::string uid;
  std::vector<std::string> groups;
  std::map<std::string, std::vector<std::string>> extra;
};

// Of each pair of inline and file, the inline one wins. Files are read again
// while the program runs: they rotate.
struct ClusterAccess {
  std::string server;  // URL; may have a path, below which the API is.
  std::string tls_server_name;
  std::string proxy_url;  // Empty: as the environment says.

  std::string ca_pem;
  std::string ca_file;
  std::string client_certificate_pem;
  std::string client_certificate_file;
  Secret client_key_pem;
  std::string client_key_file;

  Secret token;
  std::string token_file;  // Wins over `token` once it could be read.
  std::string username;    // Basic authentication.
  Secret password;
  Impersonation impersonation;

  std::string ns = "default";  // For those who name none.
  std::string origin;  // "context demo of /home/a/.kube/config", for messages.
};

}  // namespace kaito::kube

#endif  // KAITO_KUBE_CLIENT_CLUSTER_ACCESS_H_
