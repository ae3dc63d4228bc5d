package im.gateway.api;

import im.gateway.config.ApiKey;
import im.protocol.Ids;
import im.protocol.v1.Code;
import io.vertx.core.Context;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** A request that its key may make. On the API's thread, as whatever is handed to its lane. */
record Call(ApiKey key, RoutingContext context) {

    /** What a route does: an answer, or exceptionally an {@link ApiException}; it may be thrown too. */
    @FunctionalInterface
    interface Action {
        CompletionStage<io.vertx.core.json.JsonObject> answer(Call call);
    }

    Executor lane() {
        Context own = context.vertx().getOrCreateContext();
        return task -> own.runOnContext(unused -> task.run());
    }

    Fields body(Set<String> known) {
        return Fields.ofBody(context.body().buffer(), known);
    }

    String path(String name) {
        return String.valueOf(context.pathParam(name));
    }

    String uid() {
        String uid = path("uid");
        if (!Ids.isValid(uid)) {
            throw ApiException.malformed("the path names no uid");
        }
        return uid;
    }

    /** The group that the path names, if it is one of this key's. */
    String group() {
        String group = path("group");
        if (!Ids.isValid(group)) {
            throw ApiException.malformed("the path names no group");
        }
        return owned(group);
    }

    /** @throws ApiException FORBIDDEN, whether or not there is such a group, when it is none of this key's */
    String owned(String group) {
        if (!key.mayUse(group)) {
            throw new ApiException(Code.FORBIDDEN, "the key is for groups that begin with " + key.groups());
        }
        return group;
    }

    /** A parameter of the query, empty where there is none. */
    String query(String name) {
        List<String> values = context.queryParam(name);
        if (values.size() > 1) {
            throw ApiException.malformed(name + " is there twice");
        }
        return values.isEmpty() ? "" : values.get(0);
    }

    int number(String name, int byDefault, int least, int most) {
        String text = query(name);
        if (text.isEmpty()) {
            return byDefault;
        }
        try {
            int number = Integer.parseInt(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // As one that is out of bounds.
        }
        throw ApiException.malformed(name + " is not a whole number from " + least + " to " + most);
    }
}
