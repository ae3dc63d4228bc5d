package im.gateway.config;

import java.util.List;
import java.util.Map;

/**
 * A configuration and where each of its values came from.
 *
 * @param <T> what the command that reads it needs
 */
public final class LoadedConfig<T> {
    private final T config;
    private final List<String> warnings;
    private final Map<String, RawValue> values;

    LoadedConfig(T config, List<String> warnings, Map<String, RawValue> values) {
        this.config = config;
        this.warnings = List.copyOf(warnings);
        this.values = Map.copyOf(values);
    }

    public T config() {
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
