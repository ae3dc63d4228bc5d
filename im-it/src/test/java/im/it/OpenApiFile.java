package im.it;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** What the served file says of a request or an answer, as far as the file uses JSON Schema. */
final class OpenApiFile {
    private final JsonNode file;

    OpenApiFile(JsonNode file) {
        this.file = file;
    }

    /** {@code METHOD path} of every operation that needs a key. */
    List<String> operations() {
        List<String> all = new ArrayList<>();
        for (Map.Entry<String, JsonNode> path : file.get("paths").properties()) {
            for (Map.Entry<String, JsonNode> each : path.getValue().properties()) {
                if (each.getValue().has("x-scope")) {
                    all.add(each.getKey().toUpperCase(java.util.Locale.ROOT) + " " + path.getKey());
                }
            }
        }
        return all;
    }

    /** Of an answer; that of errors where the status is not told of. */
    JsonNode answer(String operation, int status) {
        JsonNode responses = operation(operation).get("responses");
        JsonNode response = resolve(responses.has("" + status) ? responses.get("" + status) : responses.get("default"));
        return response.at("/content/application~1json/schema");
    }

    JsonNode request(String operation) {
        return operation(operation).at("/requestBody/content/application~1json/schema");
    }

    private JsonNode operation(String operation) {
        String[] words = operation.split(" ");
        return file.get("paths").get(words[1]).get(words[0].toLowerCase(java.util.Locale.ROOT));
    }

    private JsonNode resolve(JsonNode node) {
        return node.has("$ref") ? file.at(node.get("$ref").asString().substring(1)) : node;
    }

    /** What stands against the value; empty when it is as the schema says. */
    List<String> faults(JsonNode schema, JsonNode value) {
        List<String> faults = new ArrayList<>();
        check(resolve(schema), value, "$", faults);
        return faults;
    }

    private void check(JsonNode schema, JsonNode value, String place, List<String> faults) {
        String type = schema.path("type").asString("");
        boolean fits = switch (type) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isString();
            case "integer" -> value.isIntegralNumber();
            case "boolean" -> value.isBoolean();
            default -> true;
        };
        if (!fits) {
            faults.add(place + " is no " + type + ": " + value);
            return;
        }
        if (schema.has("enum") && schema.get("enum").valueStream().noneMatch(value::equals)) {
            faults.add(place + " is none of the values: " + value);
        }
        if (schema.has("pattern")
                && !value.asString().matches(schema.get("pattern").asString())) {
            faults.add(place + " has another form: " + value);
        }
        if (value.isArray()) {
            if (value.size() < schema.path("minItems").asInt(0)
                    || value.size() > schema.path("maxItems").asInt(Integer.MAX_VALUE)) {
                faults.add(place + " has " + value.size() + " entries");
            }
            for (int i = 0; i < value.size(); i++) {
                check(resolve(schema.get("items")), value.get(i), place + "[" + i + "]", faults);
            }
        }
        if (value.isObject()) {
            fields(schema, value, place, faults);
        }
    }

    private void fields(JsonNode schema, JsonNode value, String place, List<String> faults) {
        Set<String> required = new HashSet<>();
        schema.path("required").forEach(name -> required.add(name.asString()));
        for (Map.Entry<String, JsonNode> field : value.properties()) {
            required.remove(field.getKey());
            JsonNode of = schema.path("properties").path(field.getKey());
            if (!of.isMissingNode()) {
                check(resolve(of), field.getValue(), place + "." + field.getKey(), faults);
            } else if (!schema.path("additionalProperties").asBoolean(true)) {
                faults.add(place + " has a field that is not told of: " + field.getKey());
            }
        }
        required.forEach(name -> faults.add(place + " lacks " + name));
    }
}
