/**
 * Redis: the connection that everything here and {@code im.relay.redis} uses, and what is kept there about routes and
 * nodes. {@link im.router.redis.Redis} is where to start: calls with a bound, a timeout, a circuit breaker and metrics;
 * {@link im.router.redis.Script} is one Lua file, {@link im.router.redis.RedisKeys} says where things lie. No
 * message is stored here. Calls never block; stages complete on Lettuce's own threads ({@code lettuce-…}), which must not
 * be blocked.
 */
@NullMarked
package im.router.redis;

import org.jspecify.annotations.NullMarked;
