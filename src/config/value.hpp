// A setting's value as text: read, checked, written. Internal to config.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/table.hpp"

namespace mycostr::config {

bool is_list(const Setting& setting);

/// Sets it from the items of a list, or from the one item that anything else is. Errors call it `name`; then
/// `settings` is unchanged.
Result<void> assign(Settings& settings, const Setting& setting, const std::vector<std::string>& items,
                    std::string_view name);

/// "api.max_transfers must be a number from 1 to 65536, not 0"
std::unexpected<Error> not_allowed(const Setting& setting, std::string_view name, std::string_view instead);

/// "a number from 1 to 65536": what may stand there.
std::string allowed(const Setting& setting);

/// The value as TOML.
std::string toml_value(const Settings& settings, const Setting& setting);

/// A TOML string; also safe to show.
std::string toml_string(std::string_view text);

}  // namespace mycostr::config
