package im.gateway.config;

import java.util.List;
import java.util.Map;

/** A configuration and where each of its values came from. */
public final class LoadedConfig {
    private final ServerConfig config;
    private final List<String> warnings;
    private final Map<String, RawValue> values;

    LoadedConfig(ServerConfig config, List<String> warnings, Map<String, RawValue> values) {
        this.config = config;
        this.warnings = List.copyOf(warnings);
        this.values = Map.copyOf(values);
    }

    public ServerConfig config() {
        return config;
    }

    /** What was ignored, a line each. */
    public List<String> warnings() {
        return warnings;
    }

    Map<String, RawValue> values() {
        return values;
    }
}
