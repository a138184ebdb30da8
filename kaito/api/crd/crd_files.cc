#include "kaito/api/crd/crd_files.h"

#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/api/crd/crd.h"
#include "kaito/api/machine/crd.h"
#include "kaito/api/workspace/crd.h"
#include "kaito/base/json/value.h"
#include "kaito/base/yaml/writer.h"

namespace kaito::api {
namespace {

struct Kind {
  json::Value (*crd)(const CrdOptions& options);
  // Group, '_', plural: as other projects' generators name these files.
  absl::string_view file;
};

constexpr Kind kKinds[] = {
    {KaitoNodeClassCrd, "kaito.sh_kaitonodeclasses.yaml"},
    {MachineCrd, "karpenter.sh_machines.yaml"},
    {NodeClaimCrd, "karpenter.sh_nodeclaims.yaml"},
    {WorkspaceCrd, "kaito.sh_workspaces.yaml"},
};

constexpr absl::string_view kHead =
    "# Written by `bazel run //kaito/api:crds`, from the types in kaito/api.\n";

}  // namespace

std::map<std::string, std::string> CrdFiles() {
  std::map<std::string, std::string> files;
  for (const Kind& kind : kKinds) {
    files[absl::StrCat("plain/", kind.file)] =
        absl::StrCat(kHead, yaml::Write(kind.crd({.cel = false})));
    files[absl::StrCat("cel/", kind.file)] =
        absl::StrCat(kHead, yaml::Write(kind.crd({.cel = true})));
  }
  return files;
}

}  // namespace kaito::api
