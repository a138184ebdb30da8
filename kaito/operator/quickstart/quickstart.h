#ifndef KAITO_OPERATOR_QUICKSTART_QUICKSTART_H_
#define KAITO_OPERATOR_QUICKSTART_QUICKSTART_H_

// The README's first command: tunes the small model on data fetched over HTTP,
// stores the adapter as an image, serves it, and asks before and after. All of
// it goes through the API, as a user with kubectl would go; standalone's main
// brings the server up first.
//
//   KAITO_ASSIGN_OR_RETURN(const QuickstartReport report,
//                          RunQuickstart(options, client, clock, std::cout,
//                          stop));
//   return report.score.Passes() ? 0 : 1;

#include <ostream>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/operator/quickstart/scorecard.h"

namespace kaito::controller {

struct QuickstartOptions {
  std::string runtime_program;  // The runtime, to ask the base model.
  std::string model_dir;        // tiny-phi-3-instruct
  std::string data_file;        // acme-support.parquet
  std::string questions_file;   // acme-eval.jsonl
  std::string manifests_file;   // examples/quickstart.yaml
  std::string work_dir;         // Exists; for what the checks pull.
  bool terminal = false;        // Whether `out` can redraw lines.
  absl::Duration timeout = absl::Minutes(10);
};

struct QuickstartReport {
  Scorecard score;
  std::string image;  // With its digest.
};

// Fails where a step does, with what to look at; a low score is no failure of
// this function. Leaves all objects.
absl::StatusOr<QuickstartReport> RunQuickstart(const QuickstartOptions& options,
                                               kube::ApiClient& client,
                                               Clock& clock, std::ostream& out,
                                               const StopToken& stop);

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_QUICKSTART_QUICKSTART_H_
