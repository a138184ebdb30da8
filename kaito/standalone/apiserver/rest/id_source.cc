#include "kaito/standalone/apiserver/rest/id_source.h"

#include <cstdint>
#include <random>
#include <string>

#include "absl/strings/str_format.h"
#include "kaito/base/sync/mutex.h"

namespace kaito::apiserver {
namespace {

// As Kubernetes' own, so that nobody takes one for a word.
constexpr char kLetters[] = "bcdfghjklmnpqrstvwxz2456789";

uint64_t SystemSeed() {
  std::random_device device;
  return (uint64_t{device()} << 32) | device();
}

}  // namespace

IdSource::IdSource() : IdSource(SystemSeed()) {}

std::string IdSource::Uid() {
  uint64_t high = 0;
  uint64_t low = 0;
  {
    MutexLock lock(mutex_);
    high = random_.Next64();
    low = random_.Next64();
  }
  return absl::StrFormat("%08x-%04x-4%03x-%04x-%012x", high >> 32,
                         (high >> 16) & 0xffff, high & 0xfff,
                         0x8000 | (low >> 50), low & 0xffffffffffff);
}

std::string IdSource::NameSuffix() {
  std::string suffix;
  MutexLock lock(mutex_);
  for (int i = 0; i < 5; ++i) {
    suffix.push_back(kLetters[random_.UniformInt(sizeof(kLetters) - 1)]);
  }
  return suffix;
}

int64_t IdSource::Number(int64_t limit) {
  MutexLock lock(mutex_);
  return random_.UniformInt(limit);
}

}  // namespace kaito::apiserver
