#ifndef KAITO_OPERATOR_PROGRAM_PROGRAM_FLAGS_H_
#define KAITO_OPERATOR_PROGRAM_PROGRAM_FLAGS_H_

// The flags that only main knows: where the API server is, what the log is
// like. The operator's own are controller/operator_flags.h.
//
//   ProgramFlags flags;
//   FlagSet set("operator", "...");
//   AddProgramFlags(flags, set);

#include <cstdint>
#include <string>

#include "kaito/base/flags/flags.h"
#include "kaito/base/log/log.h"

namespace kaito::controller {

struct ProgramFlags {
  // Standalone.
  std::string data_dir;  // Empty: DefaultDataDir().
  int64_t api_port = 6443;
  std::string files_dir;
  bool refuse_private_addresses = false;

  // A cluster instead.
  bool cluster = false;
  std::string context;
  std::string kubeconfig;
  // That of several copies one works.
  bool leader_elect = true;
  std::string leader_elect_namespace;  // Empty: DefaultNamespace().
  double requests_per_second = 50;

  // Instead of running: what would be done with the Workspaces of a file.
  bool plan_only = false;
  std::string file;

  LogFormat log_format = LogFormat::kText;
  bool verbose = false;
};

void AddProgramFlags(ProgramFlags& flags, FlagSet& set);

// $XDG_DATA_HOME/kaito, else ~/.local/share/kaito; "kaito-data" without either.
std::string DefaultDataDir();

// Where the pod that this is runs (POD_NAMESPACE), else "kube-system".
std::string DefaultNamespace();

// A program of the system's: in PATH, or where tools/fetch_tools.sh puts it;
// empty where it is in neither.
std::string FindTool(const std::string& name);

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_PROGRAM_PROGRAM_FLAGS_H_
