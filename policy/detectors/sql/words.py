"""The vocabulary: what words and functions of SQL mean to the rules, one letter a class.

Owns the tables. A letter stands for a class of tokens; a text becomes a string of letters (`kinds`), and the grammar
of injections is a table of patterns over such strings (`constructs`). Names come from the manuals of MySQL,
PostgreSQL, SQL Server, Oracle, SQLite, DB2, Informix, Firebird and ClickHouse.

    n number   s string    S open string   w name      v variable  k constant   b string that the value closed
    & and or   = compare   ~ compare (word)   | concat    + binary operator   u sign (- + ! ~)   N unary word
    U union    A all       Q select        F from      H where     G having     B order/group by   L limit
    J join/on  I into      C case          t when..    e end       a as         P procedure analyse
    f function W call      V fingerprint   Z delay     X error     Y file       M command   R randomness/load
    D statement   d soft   h drop..: bare verb         K catalog   T type       m in boolean mode
    O into outfile         M command                   o other     ^ start of the value
    E comment to the end
"""

from __future__ import annotations

from typing import Final


def word_set(text: str) -> frozenset[str]:
    """Return the words of a table row."""
    return frozenset(text.split())


_CLASSES: Final[dict[str, str]] = {
    "&": "and or xor && andalso eqv",
    "=": "= == <> != < > <= >= <=> !< !> @> <@",
    "~": "like rlike regexp ilike glob is in between similar sounds isnull notnull overlaps match against",
    "|": "||",
    "+": "* / % ^ | & << >> -> ->> div mod :: collate",
    "u": "- + ! ~",
    "N": "not binary exists any some prior interval",
    "U": "union intersect except minus",
    "A": "all distinct distinctrow top",
    "Q": "select values",
    "F": "from",
    "H": "where",
    "G": "having",
    "L": "limit offset fetch rownum",
    "J": "join on using inner outer left right cross natural",
    "I": "into",
    "C": "case",
    "t": "when then else",
    "e": "end",
    "a": "as",
    "k": "null true false unknown current_user session_user system_user current_date current_timestamp current_time "
    "localtime localtimestamp utc_date utc_time utc_timestamp sysdate current_role current_schema current_database "
    "current_catalog nan pi",
    "T": "int integer varchar char nvarchar numeric decimal bigint text varbinary",
    "h": "drop truncate delete insert replace update alter create exec execute declare grant revoke call handler load "
    "copy backup restore kill shutdown set begin goto merge rename show do prepare attach detach if waitfor use "
    "print raiserror dbcc reconfigure bulk vacuum pragma comment lock unlock while return commit rollback desc "
    "describe explain purge reset",
}
WORDS: Final[dict[str, str]] = {word: kind for kind, words in _CLASSES.items() for word in words.split()}
"""Letter of a word or an operator."""

_FUNCTIONS: Final[dict[str, str]] = {
    # Delay: nothing else is done with these.
    "Z": "pg_sleep pg_sleep_for pg_sleep_until benchmark sleep dbms_lock.sleep dbms_session.sleep "
    "dbms_pipe.receive_message dbms_pipe.pack_message sleepeachrow sleep_each_row",
    # Error-based and out-of-band: the error text, or a name lookup, carries the answer.
    "X": "extractvalue updatexml xmltype gtid_subset gtid_subtract json_keys st_latfromgeohash st_longfromgeohash "
    "st_pointfromgeohash geometrycollection multipoint multilinestring multipolygon linestring procedure_analyse "
    "name_const utl_inaddr.get_host_address utl_inaddr.get_host_name ctxsys.drithsx.sn ctxsys.ctx_report.token_type "
    "dbms_utility.sqlid_to_sqlhash dbms_xdb_version.checkin dbms_xdb_version.makeversioned "
    "dbms_xdb_version.uncheckout ordsys.ord_dicom.getmappingxpath httpuritype dbms_ldap.init "
    "utl_http.request utl_http.request_pieces query_to_xml database_to_xml table_to_xml xmlforest dbms_xmlgen.getxml "
    "dbms_xmlquery.newcontext sys.xmltype xmlagg sys_eval",
    "Y": "load_file pg_read_file pg_read_binary_file pg_ls_dir pg_stat_file lo_import lo_export lo_get lo_put "
    "readfile writefile load_extension openrowset opendatasource openquery bfilename utl_file.fopen "
    "utl_file.put_line fn_get_audit_file fn_xe_file_target_read_file fn_trace_gettable pg_logdir_ls "
    "dbms_advisor.create_file",
    "M": "sys_exec sys_eval sys_get xp_cmdshell dblink dblink_exec dblink_connect dblink_send_query "
    "dbms_scheduler.create_job dbms_java.runjava dbms_java_test.funcall sp_oacreate sp_oamethod sp_addextendedproc "
    "java_call sp_execute_external_script xp_dirtree xp_regread xp_regwrite xp_fileexist xp_subdirs "
    "dbms_xmlquery.getxml pg_execute_server_program lib_mysqludf_sys_info",
    "V": "version database schema user session_user current_user system_user sqlite_version sqlite_source_id "
    "current_database current_schema current_setting pg_backend_pid inet_server_addr inet_server_port "
    "connection_id host_name serverproperty db_name suser_name suser_sname suser_sid user_name is_srvrolemember "
    "is_member has_dbaccess loginproperty sys_context uid userenv last_insert_id found_rows row_count "
    "object_id object_name col_name schema_name gethostname",
    "R": "randomblob zeroblob generate_series repeat regexp_substring",
    "f": "ascii asciistr ord chr char nchar unichar substr substring substring_index substrc mid left right length "
    "len char_length datalength octet_length bit_length lower upper lcase ucase concat concat_ws group_concat "
    "string_agg listagg wm_concat array_agg array_to_string array_to_json row_to_json json_agg cast convert "
    "try_cast to_char to_number to_date hex unhex conv bin oct md5 sha sha1 sha2 crc32 password aes_encrypt "
    "aes_decrypt des_encrypt encode decode compress uncompress ifnull isnull nvl nvl2 nullif coalesce if iif elt "
    "field find_in_set make_set export_set interval greatest least count sum avg min max floor ceil ceiling round "
    "rand random abs sin cos tan cot atan exp ln log log2 log10 pow power sqrt sign mod pi degrees radians now "
    "curdate curtime sysdate getdate utc_date unix_timestamp trim ltrim rtrim replace reverse insert instr locate "
    "position charindex patindex strcmp space lpad rpad stuff quotename quote soundex format bitand exists any "
    "all row values table_name column_name like glob regexp_like regexp_replace typeof unicode total printf "
    "julianday strftime changes instrb dump rownum rawtohex utl_raw.cast_to_varchar2 utl_raw.cast_to_raw "
    "dbms_random.value dbms_random.string extract xmlelement xmlcast analyse binary checksum choose",
}
FUNCTIONS: Final[dict[str, str]] = {
    name: kind for kind, names in _FUNCTIONS.items() for name in names.split()
}
"""Letter of a name that is called. Later classes win: `current_user()` is a fingerprint."""

CATALOGS: Final[frozenset[str]] = word_set(
    "information_schema sysobjects syscolumns sysusers sysdatabases syslogins sysibm systables sqlite_master "
    "sqlite_schema sqlite_temp_master pg_catalog pg_shadow pg_user pg_database pg_class pg_tables pg_authid "
    "pg_attribute pg_group pg_namespace pg_roles pg_stat_activity all_tables all_tab_columns all_users all_objects user_tables "
    "user_tab_columns user_objects dba_users dba_tables dba_objects dba_role_privs v$version v$database v$instance "
    "v$session v$parameter msysobjects msysaccessobjects msysaccessstorage rdb$database rdb$relations rdb$fields "
    "rdb$relation_fields rdb$types rdb$collations syscat sysmaster systables syscolumns domain.domains "
    "performance_schema mysql.user mysql.db sys.user$ master.sys sys.databases sys.tables sys.columns sys.sql_logins master..sysdatabases "
    "master..syslogins sys.schema_table_statistics sys.x$ innodb_table_stats syscat.tables sysibm.sysdummy1 "
    "sys.server_principals dual"
)
"""Schemas and tables that describe the server; a name counts if it, or what stands before its last dot, is here."""

PASSWORD_TABLES: Final[frozenset[str]] = word_set(
    "pg_shadow pg_authid mysql.user mysql.global_priv sys.user$ sys.sql_logins syslogins sysxlogins "
    "master..syslogins master..sysxlogins master.sys.sql_logins master.dbo.syslogins dba_users "
    "pg_catalog.pg_shadow pg_catalog.pg_authid master.dbo.sysxlogins user$"
)
"""Tables that hold the server's own password hashes (T1555)."""

OBJECTS: Final[frozenset[str]] = word_set(
    "table database schema view index user role function procedure trigger column constraint sequence login "
    "materialized tablespace type domain extension server package synonym aggregate event policy rule assembly "
    "keyspace warehouse stage pipe stream task foreign temporary temp unlogged external certificate profile "
    "directory publication subscription proc operator cast collation language statistics global if only "
    "owned partition credential endpoint dictionary collection cluster"
)
"""What follows DROP, ALTER and CREATE."""

SAFE_NAMES: Final[frozenset[str]] = frozenset({"dual", "sysibm.sysdummy1", "rdb$database"})
"""One-row tables: no secrets in them."""

PROSE: Final[frozenset[str]] = word_set(
    "the a an of to for with my me you your our we they he she it its this that these those how what why who which "
    "are was were be been have has do does did can could would should will please by at about there here not i if so "
    "but than then into over more most very some any just also only other new all one two"
)
"""Words that hold English sentences together and are no names in SQL as a rule."""
