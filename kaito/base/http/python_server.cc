#include "kaito/base/http/python_server.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

extern char** environ;

namespace kaito::http {
namespace {

void Require(bool ok) {
  if (!ok) std::abort();
}

}  // namespace

PythonServer::PythonServer(const std::string& script,
                           const std::vector<std::string>& arguments) {
  std::vector<std::string> words = {"python3", script};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  int to_child[2];
  int from_child[2];
  Require(pipe2(to_child, O_CLOEXEC) == 0 && pipe2(from_child, O_CLOEXEC) == 0);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, to_child[0], 0);
  posix_spawn_file_actions_adddup2(&actions, from_child[1], 1);
  Require(posix_spawnp(&pid_, "python3", &actions, nullptr, argv.data(),
                       environ) == 0);
  posix_spawn_file_actions_destroy(&actions);
  close(to_child[0]);
  close(from_child[1]);
  stdin_ = to_child[1];
  std::string line;
  char c = 0;
  while (read(from_child[0], &c, 1) == 1 && c != '\n') line += c;
  close(from_child[0]);
  Require(absl::SimpleAtoi(line, &port_));
}

PythonServer::~PythonServer() {
  close(stdin_);
  waitpid(pid_, nullptr, 0);
}

std::string PythonServer::Url(absl::string_view path,
                              absl::string_view scheme) const {
  return absl::StrCat(scheme, "://127.0.0.1:", port_, path);
}

}  // namespace kaito::http
