-- v6 -> v7: What rooms asked for, and who changed it

SELECT 1;
