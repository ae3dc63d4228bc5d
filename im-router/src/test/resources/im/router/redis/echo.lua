-- KEYS[1] a counter; ARGV[1] anything. Returns the count, the argument, nothing, and a list.
local count = redis.call('INCR', KEYS[1])
return {count, ARGV[1], false, {ARGV[1]}}
