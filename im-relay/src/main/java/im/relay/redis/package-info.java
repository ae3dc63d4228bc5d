/**
 * The views of the log in Redis, and what devices have acknowledged: the write side for the relay
 * ({@link im.relay.redis.RedisConversationView}, {@link im.relay.redis.RedisIndexView}), the read side and the cursors
 * for gateways ({@link im.relay.redis.RedisConversationStore}, {@link im.relay.redis.RedisCursorStore}). Where things
 * lie is listed in {@code StoreKeys}; what changes them are the Lua files beside these classes, each a step that happens
 * or does not. It knows nothing of Kafka: who applies what is the relay's to decide. Nothing blocks; answers come on
 * Redis' own threads, or on the lane that was given. Start with {@code StoreKeys}, then {@code apply.lua}.
 */
@NullMarked
package im.relay.redis;

import org.jspecify.annotations.NullMarked;
