-- Reads when uids were last connected.
-- KEYS[i] of the i-th uid, as in presence_seen.lua; all in one bucket
-- Returns this server's time, milliseconds since 1970, and behind it that of each uid, 0 where there is none.
local time = redis.call('TIME')
local answer = {string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))}
for i = 1, #KEYS do
  answer[i + 1] = redis.call('GET', KEYS[i]) or '0'
end
return answer
