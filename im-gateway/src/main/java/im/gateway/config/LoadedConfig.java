package im.gateway.config;

import java.util.List;
import java.util.Map;

/**
 * A configuration and where it came from.
 *
 * @param warnings what was ignored, a line each
 */
public record LoadedConfig(ServerConfig config, List<String> warnings, Map<String, RawValue> values) {

    public LoadedConfig {
        warnings = List.copyOf(warnings);
        values = Map.copyOf(values);
    }
}
