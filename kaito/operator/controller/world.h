#ifndef KAITO_OPERATOR_CONTROLLER_WORLD_H_
#define KAITO_OPERATOR_CONTROLLER_WORLD_H_

// World: what happens in a cluster around the operator, one step at a time: the
// provisioner makes and takes nodes, Jobs run pods and end, Deployments become
// ready. For tests of the reconciler only.

#include <string>

#include "kaito/base/json/value.h"
#include "kaito/kube/fake/fake_api_client.h"

namespace kaito::controller {

class World {
 public:
  explicit World(kube::FakeApiClient& api) : api_(api) {}

  // How pods of Jobs end: exit code and termination message.
  int exit_code = 0;
  std::string termination;
  bool jobs_end = true;  // False: they run on.

  void Step();

 private:
  void StepMachine(json::Value machine);
  void StepJob(json::Value job);
  void StepDeployment(json::Value deployment);

  kube::FakeApiClient& api_;
};

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_CONTROLLER_WORLD_H_
