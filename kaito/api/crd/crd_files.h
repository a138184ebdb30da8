#ifndef KAITO_API_CRD_CRD_FILES_H_
#define KAITO_API_CRD_CRD_FILES_H_

// All CustomResourceDefinitions of the project as files: what the chart ships,
// what standalone serves, and what reviewers read under kaito/api/crds. A new
// kind is added to the list in the .cc.
//
// plain/ is for every API server. cel/ holds the same with rules in the Common
// Expression Language, which servers from 1.25 on check by themselves, webhook
// or not.

#include <map>
#include <string>

namespace kaito::api {

// Content by path, as in "plain/kaito.sh_workspaces.yaml".
std::map<std::string, std::string> CrdFiles();

}  // namespace kaito::api

#endif  // KAITO_API_CRD_CRD_FILES_H_
