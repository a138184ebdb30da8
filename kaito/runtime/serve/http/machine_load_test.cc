#include "kaito/runtime/serve/http/machine_load.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/status/status_matchers.h"

namespace kaito::runtime::serve {
namespace {

TEST(ParseCpuTicks, AddsUpTheFirstLine) {
  const auto ticks = ParseCpuTicks(
      "cpu  10 1 5 100 4 0 2 0 0 0\ncpu0 10 1 5 100 4 0 2 0 0 0\n");
  ASSERT_TRUE(ticks.has_value());
  EXPECT_EQ(ticks->busy, 18);
  EXPECT_EQ(ticks->total, 122);
  EXPECT_FALSE(ParseCpuTicks("").has_value());
  EXPECT_FALSE(ParseCpuTicks("cpu 1 2\n").has_value());
  EXPECT_FALSE(ParseCpuTicks("cpu 1 2 3 4 five\n").has_value());
}

TEST(ParseMemory, TakesWhatIsAvailableForUnused) {
  const auto memory = ParseMemory(
      "MemTotal:       1000 kB\nMemFree:  1 kB\nMemAvailable:   400 kB\n");
  ASSERT_TRUE(memory.has_value());
  EXPECT_EQ(memory->total, 1024000);
  EXPECT_EQ(memory->used, 614400);
  EXPECT_FALSE(ParseMemory("MemTotal: 1000 kB\n").has_value());
}

TEST(MachineLoad, IsJsonWithTheKeysOfKaito) {
  MachineLoad load;
  KAITO_ASSERT_OK_AND_ASSIGN(const json::Value value, json::Parse(load.Json()));
  EXPECT_TRUE(value.FindPath({"cpu_info", "load_percentage"})->is_number());
  EXPECT_TRUE(value.FindPath({"cpu_info", "memory", "used"})->is_string());
  EXPECT_TRUE(value.Find("gpu_info")->is_null());
}

}  // namespace
}  // namespace kaito::runtime::serve
