-- Notes that a uid is connected, or was until now, and tells who watches it.
-- KEYS[1] when the uid was last connected: milliseconds since 1970, by this server's clock
-- KEYS[2] who watches the uid: hash, node -> until when, milliseconds since 1970
-- Returns a list of nodes.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
if tonumber(redis.call('GET', KEYS[1]) or '0') < now then
  redis.call('SET', KEYS[1], string.format('%.0f', now))
end
local answer = {}
local watching = redis.call('HGETALL', KEYS[2])
for i = 1, #watching, 2 do
  if tonumber(watching[i + 1]) > now then
    answer[#answer + 1] = watching[i]
  else
    redis.call('HDEL', KEYS[2], watching[i])
  end
end
return answer
