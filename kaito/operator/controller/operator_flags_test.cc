#include "kaito/operator/controller/operator_flags.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "kaito/base/flags/flags.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/operator/controller/workspace_operator.h"
#include "kaito/operator/render/settings.h"

namespace kaito::controller {
namespace {

TEST(AddOperatorFlags, BindTheOptionsAndTheRulesOfAdmission) {
  OperatorOptions options;
  FlagSet flags("operator", "Serves and tunes models.");
  AddOperatorFlags(flags, &options);
  const std::vector<std::string> args = {
      "--node-claims=nodeclaim", "--nonode-auto-provisioning",
      "--allow-private-addresses", "--preset-registry=", "--workers=2"};
  KAITO_ASSERT_OK(flags.Parse(args));
  FinishOperatorOptions(options);
  const Settings& settings = options.reconciler.observer.settings;
  EXPECT_EQ(settings.claim_kind, ClaimKind::kNodeClaim);
  EXPECT_EQ(settings.preset_registry, "");
  EXPECT_EQ(options.workers, 2);
  EXPECT_FALSE(options.reconciler.facts.node_auto_provisioning);
  EXPECT_TRUE(options.reconciler.facts.allow_private_addresses);
}

TEST(AddOperatorFlags, RefuseWhatIsNoChoice) {
  OperatorOptions options;
  FlagSet flags("operator", "Serves and tunes models.");
  AddOperatorFlags(flags, &options);
  const std::vector<std::string> args = {"--cloud-provider=moon"};
  EXPECT_FALSE(flags.Parse(args).ok());
}

}  // namespace
}  // namespace kaito::controller
