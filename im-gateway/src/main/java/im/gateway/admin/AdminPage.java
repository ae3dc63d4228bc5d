package im.gateway.admin;

import io.vertx.core.json.JsonObject;
import java.util.function.Supplier;

/**
 * A page of the admin port that one kind of process has and others have not.
 *
 * @param path such as {@code /v1/nodes}
 * @param body called on the admin thread for each request, must not block
 */
public record AdminPage(String path, Supplier<JsonObject> body) {}
