#include "kaito/kube/client/kube_config.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/encoding/base64.h"
#include "kaito/base/file/temp_dir.h"
#include "kaito/base/file/write_file.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/kube/client/access_loader.h"
#include "kaito/kube/client/cluster_access.h"

namespace kaito::kube {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;

std::string Config(absl::string_view cluster, absl::string_view user) {
  return absl::StrCat(R"(
apiVersion: v1
kind: Config
current-context: here
preferences: {}
contexts:
- name: here
  context: {cluster: c, user: u, namespace: team}
- name: bare
  context: {cluster: c}
clusters:
- name: c
  cluster: )",
                      cluster, "\nusers:\n- name: u\n  user: ", user, "\n");
}

absl::StatusOr<ClusterAccess> Resolve(std::vector<KubeConfigText> files,
                                      absl::string_view context = "") {
  return ResolveKubeConfig(files, context);
}

TEST(ResolveKubeConfig, ReadsAllThatSaysWhereAndWho) {
  const std::string ca = Base64Encode("CA PEM");
  KAITO_ASSERT_OK_AND_ASSIGN(
      const ClusterAccess access,
      Resolve({{"/etc/kube/config",
                Config(absl::StrCat("{server: 'https://h:6443/k8s/c1', "
                                    "tls-server-name: api, proxy-url: "
                                    "'socks5://p:1', "
                                    "certificate-authority-data: ",
                                    ca, ", certificate-authority: ca.pem}"),
                       "{client-certificate: certs/me.pem, client-key: "
                       "/abs/me.key, as: bob, as-groups: [g1, g2], "
                       "as-user-extra: {scopes: [x]}}")}}));
  EXPECT_EQ(access.server, "https://h:6443/k8s/c1");
  EXPECT_EQ(access.tls_server_name, "api");
  EXPECT_EQ(access.proxy_url, "socks5://p:1");
  EXPECT_EQ(access.ca_pem, "CA PEM");
  EXPECT_EQ(access.ca_file, "/etc/kube/ca.pem");
  EXPECT_EQ(access.client_certificate_file, "/etc/kube/certs/me.pem");
  EXPECT_EQ(access.client_key_file, "/abs/me.key");
  EXPECT_EQ(access.impersonation.user, "bob");
  EXPECT_THAT(access.impersonation.groups, ElementsAre("g1", "g2"));
  EXPECT_THAT(access.impersonation.extra.at("scopes"), ElementsAre("x"));
  EXPECT_EQ(access.ns, "team");
  EXPECT_EQ(access.origin, "context here of /etc/kube/config");
}

TEST(ResolveKubeConfig, TakesTheFirstOfEachNameFromSeveralFiles) {
  const std::string first = R"(
clusters:
- {name: c, cluster: {server: 'https://first'}}
)";
  const std::string second =
      Config("{server: 'https://second'}", "{token: abc, tokenFile: t}");
  KAITO_ASSERT_OK_AND_ASSIGN(
      const ClusterAccess access,
      Resolve({{"/a/config", first}, {"/b/config", second}}));
  EXPECT_EQ(access.server, "https://first");
  EXPECT_EQ(access.token.Reveal(), "abc");
  EXPECT_EQ(access.token_file, "/b/t");
  KAITO_ASSERT_OK_AND_ASSIGN(const ClusterAccess bare,
                             Resolve({{"/b/config", second}}, "bare"));
  EXPECT_EQ(bare.server, "https://second");
  EXPECT_TRUE(bare.token.empty());
  EXPECT_EQ(bare.ns, "default");
}

TEST(ResolveKubeConfig, SaysWhatIsWrongAndWhatToDo) {
  const auto error = [](absl::string_view cluster, absl::string_view user) {
    return Resolve({{"/k", Config(cluster, user)}}).status();
  };
  const std::string good = "{server: 'https://h'}";
  EXPECT_THAT(error("{}", "{}"),
              StatusIs(kInvalid, "/k: cluster c: server is missing"));
  EXPECT_THAT(error(good, "{exec: {command: aws}}"),
              StatusIs(kInvalid, AllOf(HasSubstr("/k: user u: exec plug-ins "
                                                 "are not supported"),
                                       HasSubstr("give a token"))));
  EXPECT_THAT(error(good, "{auth-provider: {name: gcp}}"),
              StatusIs(kInvalid, HasSubstr("auth-provider")));
  EXPECT_THAT(
      error("{server: 'https://h', insecure-skip-tls-verify: true}", "{}"),
      StatusIs(kInvalid, HasSubstr("certificate-authority")));
  EXPECT_THAT(error(good, "{username: a, password: b, token: c}"),
              StatusIs(kInvalid, HasSubstr("both a username and a token")));
  EXPECT_THAT(error(good, "{client-key: k}"),
              StatusIs(kInvalid, HasSubstr("give both")));
  EXPECT_THAT(error(good, "{client-key-data: '*secret*'}"),
              StatusIs(kInvalid, AllOf(HasSubstr("client-key-data"),
                                       Not(HasSubstr("secret*")))));
  EXPECT_THAT(Resolve({{"/k", Config(good, "{}")}}, "other"),
              StatusIs(kInvalid, "/k: no context is called \"other\""));
  EXPECT_THAT(Resolve({{"/k", "a: b"}}),
              StatusIs(kInvalid, HasSubstr("current-context is not set")));
  EXPECT_THAT(Resolve({{"/k", "a: ["}}), StatusIs(kInvalid, HasSubstr("/k: ")));
}

class LoadClusterAccessTest : public ::testing::Test {
 protected:
  void SetUp() override {
    KAITO_ASSERT_OK_AND_ASSIGN(dir_, TempDir::Create(::testing::TempDir()));
  }

  std::string Write(absl::string_view name, absl::string_view text) {
    const std::string path = absl::StrCat(dir_.path(), "/", name);
    KAITO_EXPECT_OK(WriteFileAtomic(path, text));
    return path;
  }
  std::string WriteConfig(absl::string_view name) {
    return Write(name, Config(absl::StrCat("{server: 'https://", name, "'}"),
                              "{token: t}"));
  }
  absl::StatusOr<ClusterAccess> Load(absl::string_view kubeconfig = "") {
    return LoadClusterAccess(
        {.kubeconfig = std::string(kubeconfig),
         .env = [this](absl::string_view name) -> std::optional<std::string> {
           const auto found = env_.find(std::string(name));
           if (found == env_.end()) return std::nullopt;
           return found->second;
         },
         .service_account_directory = dir_.path()});
  }

  TempDir dir_;
  std::map<std::string, std::string> env_;
};

TEST_F(LoadClusterAccessTest, PrefersTheFlagThenTheVariableThenThePod) {
  const std::string flag = WriteConfig("flag");
  const std::string variable = WriteConfig("variable");
  Write("namespace", "pods-own\n");
  EXPECT_THAT(Load(), StatusIs(absl::StatusCode::kNotFound,
                               HasSubstr("give --kubeconfig")));

  env_["KUBERNETES_SERVICE_HOST"] = "fd00::1";
  EXPECT_THAT(Load(), StatusIs(kInvalid, HasSubstr("SERVICE_PORT")));
  env_["KUBERNETES_SERVICE_PORT"] = "443";
  KAITO_ASSERT_OK_AND_ASSIGN(const ClusterAccess pod, Load());
  EXPECT_EQ(pod.server, "https://[fd00::1]:443");
  EXPECT_EQ(pod.token_file, absl::StrCat(dir_.path(), "/token"));
  EXPECT_EQ(pod.ca_file, absl::StrCat(dir_.path(), "/ca.crt"));
  EXPECT_EQ(pod.ns, "pods-own");

  env_["KUBECONFIG"] = absl::StrCat("/nowhere/config:", variable);
  KAITO_ASSERT_OK_AND_ASSIGN(const ClusterAccess from_variable, Load());
  EXPECT_EQ(from_variable.server, "https://variable");
  KAITO_ASSERT_OK_AND_ASSIGN(const ClusterAccess from_flag, Load(flag));
  EXPECT_EQ(from_flag.server, "https://flag");
  EXPECT_THAT(Load("/nowhere/config"), StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace kaito::kube
