-- Who is suspended, without walking through everybody: pings that are answered from memory ask every half minute.
CREATE INDEX accounts_suspended ON accounts (id) WHERE state = 'suspended';
CREATE INDEX instances_suspended ON instances (id) WHERE state = 'suspended';
