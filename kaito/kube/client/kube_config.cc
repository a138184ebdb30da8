#include "kaito/kube/client/kube_config.h"

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/encoding/base64.h"
#include "kaito/base/file/path.h"
#include "kaito/base/json/value.h"
#include "kaito/base/log/secret.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/yaml/yaml.h"
#include "kaito/kube/client/cluster_access.h"

namespace kaito::kube {
namespace {

struct Parsed {
  std::string path;
  json::Value value;
};

// A named entry of "clusters", "users" or "contexts", and where it stands.
struct Entry {
  const json::Value* value = nullptr;  // The inner object; never null.
  std::string where;                   // For messages.
  std::string directory;
};

absl::StatusOr<Entry> FindEntry(const std::vector<Parsed>& files,
                                absl::string_view list, absl::string_view inner,
                                absl::string_view name) {
  for (const Parsed& file : files) {
    const json::Value* entries = file.value.Find(list);
    if (entries == nullptr || entries->array() == nullptr) continue;
    for (const json::Value& entry : *entries->array()) {
      if (entry.StringAt({"name"}) != name) continue;
      const json::Value* value = entry.Find(inner);
      std::string where = absl::StrCat(file.path, ": ", inner, " ", name);
      if (value == nullptr || !value->is_object()) {
        return absl::InvalidArgumentError(absl::StrCat(where, ": is empty"));
      }
      return Entry{.value = value,
                   .where = std::move(where),
                   .directory = Dirname(file.path)};
    }
  }
  return absl::InvalidArgumentError(absl::StrCat(
      files.front().path, ": no ", inner, " is called \"", name, "\""));
}

std::string Text(const Entry& entry, absl::string_view key) {
  return std::string(entry.value->StringAt({key}));
}

// The path that `key` holds, or "".
std::string Path(const Entry& entry, absl::string_view key) {
  const absl::string_view path = entry.value->StringAt({key});
  return path.empty() ? "" : JoinPath(entry.directory, path);
}

// The bytes that `key` holds in base64. The message does not show them.
absl::StatusOr<std::string> Data(const Entry& entry, absl::string_view key) {
  absl::StatusOr<std::string> data = Base64Decode(entry.value->StringAt({key}));
  if (!data.ok()) {
    return Annotate(data.status(), absl::StrCat(entry.where, ": ", key));
  }
  return data;
}

bool IsTrue(const Entry& entry, absl::string_view key) {
  const json::Value* value = entry.value->Find(key);
  return value != nullptr && value->boolean().value_or(false);
}

absl::Status ReadCluster(const Entry& cluster, ClusterAccess& access) {
  access.server = Text(cluster, "server");
  if (access.server.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(cluster.where, ": server is missing"));
  }
  if (IsTrue(cluster, "insecure-skip-tls-verify")) {
    return absl::InvalidArgumentError(absl::StrCat(
        cluster.where,
        ": insecure-skip-tls-verify is not supported; give the server's "
        "certificate-authority, or its tls-server-name"));
  }
  access.tls_server_name = Text(cluster, "tls-server-name");
  access.proxy_url = Text(cluster, "proxy-url");
  access.ca_file = Path(cluster, "certificate-authority");
  KAITO_ASSIGN_OR_RETURN(access.ca_pem,
                         Data(cluster, "certificate-authority-data"));
  return absl::OkStatus();
}

void ReadImpersonation(const Entry& user, Impersonation& as) {
  as.user = Text(user, "as");
  as.uid = Text(user, "as-uid");
  const auto read_list = [](const json::Value* list) {
    std::vector<std::string> texts;
    if (list == nullptr || list->array() == nullptr) return texts;
    for (const json::Value& item : *list->array()) {
      if (item.string() != nullptr) texts.push_back(*item.string());
    }
    return texts;
  };
  as.groups = read_list(user.value->Find("as-groups"));
  const json::Value* extra = user.value->Find("as-user-extra");
  if (extra == nullptr || extra->object() == nullptr) return;
  for (const json::Member& member : *extra->object()) {
    as.extra[member.name] = read_list(&member.value);
  }
}

absl::Status ReadUser(const Entry& user, ClusterAccess& access) {
  for (const char* plugin : {"exec", "auth-provider"}) {
    const json::Value* value = user.value->Find(plugin);
    if (value != nullptr && !value->is_null()) {
      return absl::InvalidArgumentError(absl::StrCat(
          user.where, ": ", plugin,
          " plug-ins are not supported; give a token, a tokenFile or a client "
          "certificate, for example of a service account"));
    }
  }
  access.client_certificate_file = Path(user, "client-certificate");
  access.client_key_file = Path(user, "client-key");
  KAITO_ASSIGN_OR_RETURN(access.client_certificate_pem,
                         Data(user, "client-certificate-data"));
  KAITO_ASSIGN_OR_RETURN(std::string key, Data(user, "client-key-data"));
  access.client_key_pem = Secret::Take(std::move(key));
  access.token = Secret(user.value->StringAt({"token"}));
  access.token_file = Path(user, "tokenFile");
  access.username = Text(user, "username");
  access.password = Secret(user.value->StringAt({"password"}));
  ReadImpersonation(user, access.impersonation);

  const bool certificate = !access.client_certificate_file.empty() ||
                           !access.client_certificate_pem.empty();
  const bool with_key =
      !access.client_key_file.empty() || !access.client_key_pem.empty();
  if (certificate != with_key) {
    return absl::InvalidArgumentError(
        absl::StrCat(user.where,
                     ": has only one of client-certificate and "
                     "client-key; give both"));
  }
  if (!access.username.empty() &&
      (!access.token.empty() || !access.token_file.empty())) {
    return absl::InvalidArgumentError(absl::StrCat(
        user.where, ": has both a username and a token; give one of them"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Parsed>> ParseAll(
    std::span<const KubeConfigText> files) {
  std::vector<Parsed> parsed;
  for (const KubeConfigText& file : files) {
    absl::StatusOr<yaml::Document> document = yaml::Parse(file.text);
    if (!document.ok()) return Annotate(document.status(), file.path);
    parsed.push_back({file.path, std::move(document->value)});
  }
  if (parsed.empty()) {
    return absl::InvalidArgumentError("kubeconfig: there is no file");
  }
  return parsed;
}

}  // namespace

absl::StatusOr<ClusterAccess> ResolveKubeConfig(
    std::span<const KubeConfigText> files, absl::string_view context) {
  KAITO_ASSIGN_OR_RETURN(const std::vector<Parsed> parsed, ParseAll(files));
  std::string wanted(context);
  for (size_t i = 0; wanted.empty() && i < parsed.size(); ++i) {
    wanted = std::string(parsed[i].value.StringAt({"current-context"}));
  }
  if (wanted.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        parsed.front().path, ": current-context is not set; name a context"));
  }
  KAITO_ASSIGN_OR_RETURN(const Entry chosen,
                         FindEntry(parsed, "contexts", "context", wanted));
  KAITO_ASSIGN_OR_RETURN(
      const Entry cluster,
      FindEntry(parsed, "clusters", "cluster", Text(chosen, "cluster")));

  ClusterAccess access;
  access.origin = absl::StrCat("context ", wanted, " of ", parsed.front().path);
  if (std::string ns = Text(chosen, "namespace"); !ns.empty()) {
    access.ns = std::move(ns);
  }
  KAITO_RETURN_IF_ERROR(ReadCluster(cluster, access));
  // Servers without authentication need no user.
  if (const std::string name = Text(chosen, "user"); !name.empty()) {
    KAITO_ASSIGN_OR_RETURN(const Entry user,
                           FindEntry(parsed, "users", "user", name));
    KAITO_RETURN_IF_ERROR(ReadUser(user, access));
  }
  return access;
}

}  // namespace kaito::kube
